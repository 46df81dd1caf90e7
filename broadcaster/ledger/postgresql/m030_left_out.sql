ALTER TABLE submissions ADD COLUMN left_out text COLLATE "C" NOT NULL DEFAULT '[]';
ALTER TABLE submissions ADD COLUMN left_out_by text COLLATE "C" NOT NULL DEFAULT '';
