// Node-RED as a town would run it: no editor open to the network, no projects, only what the flow needs.
module.exports = {
  uiHost: "127.0.0.1",
  uiPort: Number(process.env.HOBBY_HTTP_PORT),
  httpAdminRoot: false,
  flowFile: "flow.json",
  credentialSecret: false,
  mqttReconnectTime: 1000,
  telemetry: { enabled: false, updateNotification: false },
  logging: { console: { level: "info", metrics: false, audit: false } },
};
