CREATE TABLE collectors (
    number bigint PRIMARY KEY,
    sign_at text COLLATE "C" NOT NULL
);
