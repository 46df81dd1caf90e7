"""The Japanese words for what a token may do."""

from broadcaster.domain.tokens import Scope

SCOPES = {
    Scope.ALERTS_READ: ("放送記録を読む", "お知らせの文と、端末ごとの到達状況を読めます。世帯名は読めません。"),
    Scope.ALERTS_SEND: ("放送する", "お知らせの放送・訂正・取り消しができます。"),
    Scope.ALERTS_APPROVE: ("承認する", "ほかの人が作ったお知らせを承認できます。「放送する」と同時には選べません。"),
    Scope.DRAFTS_WRITE: ("下書きを書く", "下書きを読み、書き、消せます。放送はできません。"),
    Scope.TERMINALS_READ: ("端末の状態を読む", "端末がつながっているか、異常がないかを読めます。"),
    Scope.REQUESTS_READ: ("相談の希望を読む", "「相談したい」を押した端末を読めます。"),
    Scope.REQUESTS_WRITE: ("相談を終わりにする", "「電話しました」を記録し、取り消せます。"),
    Scope.HOUSEHOLDS_READ: ("世帯名を読む", "上で読めるものに、世帯名が付きます。必要なときだけ選んでください。"),
    Scope.METRICS_READ: (
        "監視の数値を読む",
        "監視ソフト（Prometheus）のための数値を読めます。世帯名はふくみません。",
    ),
}
"""A name for each scope, and what it allows."""
