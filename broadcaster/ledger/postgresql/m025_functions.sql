-- What the ledger's SQL calls, as SQLite has it. PostgreSQL puts each body into the query that calls it.

CREATE FUNCTION ifnull(anycompatible, anycompatible) RETURNS anycompatible LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT coalesce($1, $2) $$;

-- Of two values; with a NULL the result is NULL.
CREATE FUNCTION min(anycompatible, anycompatible) RETURNS anycompatible LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL WHEN $2 < $1 THEN $2 ELSE $1 END $$;
CREATE FUNCTION max(anycompatible, anycompatible) RETURNS anycompatible LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL WHEN $2 > $1 THEN $2 ELSE $1 END $$;

CREATE FUNCTION instr(text, text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT strpos($1, $2) $$;

-- A path is '$.name.name' or a name.
CREATE FUNCTION json_extract(text, text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT $1::json #>> string_to_array(ltrim($2, '$.'), '.') $$;
CREATE OPERATOR ->> (LEFTARG = text, RIGHTARG = text, FUNCTION = json_extract);

CREATE FUNCTION json_set(text, text, json) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT jsonb_set($1::jsonb, string_to_array(ltrim($2, '$.'), '.'), $3::jsonb)::text $$;
CREATE FUNCTION json_set(text, text, bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT json_set($1, $2, to_json($3)) $$;

CREATE FUNCTION json_each(text) RETURNS TABLE (key bigint, value text) LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 100 AS
$$ SELECT place - 1, element FROM json_array_elements_text($1::json) WITH ORDINALITY AS each (element, place) $$;

-- The same as those of broadcaster.ledger.alert_search; a test holds them together.
CREATE FUNCTION folded(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT regexp_replace(lower(normalize(coalesce($1, ''), NFKC) COLLATE "und-x-icu"), '\s', '', 'g') $$;
CREATE FUNCTION has_all(headline text, body text, words text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT bool_and(strpos(folded(headline || E'\n' || body), word) > 0)
   FROM unnest(string_to_array(words, E'\n')) AS word $$;
