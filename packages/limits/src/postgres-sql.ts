// The tables and functions in Postgres. They count as `memory-limits.ts` does; the time is the server's.
import { wokenAtOnce } from './store.ts'

/** Changes with the functions, so that processes of two versions can share a database. */
const version = 2

/** The names of the functions and of the channel, for a schema's name. */
export interface Names {
  readonly reserve: string
  readonly settle: string
  readonly renew: string
  readonly channel: string
}

export function namesIn(schema: string): Names {
  const quoted = quote(schema)
  return {
    reserve: `${quoted}.limit_reserve_${version}`,
    settle: `${quoted}.limit_settle_${version}`,
    renew: `${quoted}.limit_renew_${version}`,
    channel: quote(`${schema}_released`),
  }
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`
const literal = (value: string): string => `'${value.replaceAll("'", "''")}'`

/**
 * The statements that create the schema, its five tables and its functions. Run them yourself where the application's
 * role may not create anything; it then needs USAGE on the schema and SELECT, INSERT, UPDATE, DELETE on its tables.
 * They keep what is there.
 */
export function postgresLimitsSql(schema = 'toolloop'): string {
  const { reserve, settle, renew } = namesIn(schema)
  const used = `${quote(schema)}.limit_used`
  const cooling = `${quote(schema)}.limit_cooling`
  const running = `${quote(schema)}.limit_running`
  const waiting = `${quote(schema)}.limit_waiting`
  const calls = `${quote(schema)}.limit_calls`
  const add = `${quote(schema)}.limit_add_${version}`
  const free = `${quote(schema)}.limit_free_${version}`
  const begin = `${quote(schema)}.limit_begin_${version}`
  return `
CREATE SCHEMA IF NOT EXISTS ${quote(schema)};

CREATE TABLE IF NOT EXISTS ${used} (
  key text, runs boolean, free_at bigint, requests bigint NOT NULL, tokens bigint NOT NULL, PRIMARY KEY (key, runs, free_at)
);
CREATE TABLE IF NOT EXISTS ${cooling} (key text PRIMARY KEY, until bigint NOT NULL);
CREATE TABLE IF NOT EXISTS ${running} (key text, id text, until bigint NOT NULL, PRIMARY KEY (key, id));
CREATE TABLE IF NOT EXISTS ${waiting} (
  key text, id text, came bigint GENERATED ALWAYS AS IDENTITY, tokens bigint NOT NULL, until bigint NOT NULL, PRIMARY KEY (key, id)
);
-- What is known of a call, so that an operation that is sent again changes nothing. free_at is 0 when it has been settled.
CREATE TABLE IF NOT EXISTS ${calls} (
  key text, id text, free_at bigint NOT NULL, tokens bigint NOT NULL, until bigint NOT NULL, PRIMARY KEY (key, id)
);

-- One operation on a key at a time. Returns the time after it was this one's turn. Losing the last moment in a crash is fine.
CREATE OR REPLACE FUNCTION ${begin}(k text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'Shared limits need the isolation level "read committed", not "%".', current_setting('transaction_isolation');
  END IF;
  PERFORM set_config('synchronous_commit', 'off', true);
  PERFORM pg_advisory_xact_lock(hashtextextended(${literal(schema)} || k, 7001));
  RETURN floor(extract(epoch FROM clock_timestamp()) * 1000);
END $$;

CREATE OR REPLACE FUNCTION ${add}(k text, running boolean, freed bigint, more bigint, more_tokens bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO ${used} AS u (key, runs, free_at, requests, tokens) VALUES (k, running, freed, more, more_tokens)
    ON CONFLICT (key, runs, free_at) DO UPDATE SET requests = u.requests + excluded.requests, tokens = u.tokens + excluded.tokens;
$$;

-- Whether the units of a reservation were still counted.
CREATE OR REPLACE FUNCTION ${free}(k text, reserved_until bigint, reserved bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE ${used} u SET requests = u.requests - 1, tokens = u.tokens - reserved
    WHERE u.key = k AND u.runs AND u.free_at = reserved_until;
  RETURN FOUND;
END $$;

CREATE OR REPLACE FUNCTION ${reserve}(
  k text, call text, need bigint, most_requests bigint, most_tokens bigint, most_running bigint,
  win bigint, slot bigint, delivery bigint, lease bigint, known bigint, OUT wait bigint, OUT freed bigint
) LANGUAGE plpgsql AS $$
DECLARE
  now_ms bigint := ${begin}(k);
  ahead numeric; ahead_tokens numeric; spent numeric; spent_tokens numeric; running_now bigint; room bigint;
  before ${calls};
BEGIN
  wait := 0; freed := 0;
  DELETE FROM ${running} r WHERE r.key = k AND r.until <= now_ms;
  SELECT * INTO before FROM ${calls} c WHERE c.key = k AND c.id = call;
  IF before.free_at = 0 OR EXISTS (SELECT FROM ${running} r WHERE r.key = k AND r.id = call) THEN
    freed := coalesce(before.free_at, 0);
    RETURN;
  END IF;
  IF before.free_at > 0 THEN -- its lease has run out, so it has not started: it reserves anew
    PERFORM ${free}(k, before.free_at, before.tokens);
    DELETE FROM ${calls} c WHERE c.key = k AND c.id = call;
  END IF;
  DELETE FROM ${waiting} w WHERE w.key = k AND w.until <= now_ms;
  DELETE FROM ${used} u WHERE u.key = k AND u.free_at <= now_ms;

  SELECT count(*), coalesce(sum(w.tokens), 0) INTO ahead, ahead_tokens FROM ${waiting} w
    WHERE w.key = k AND w.came < coalesce((SELECT me.came FROM ${waiting} me WHERE me.key = k AND me.id = call), 9223372036854775807);
  SELECT coalesce(sum(u.requests), 0), coalesce(sum(u.tokens), 0) INTO spent, spent_tokens FROM ${used} u WHERE u.key = k;
  ahead := ahead + 1; ahead_tokens := ahead_tokens + need;
  IF spent + ahead > most_requests OR spent_tokens + ahead_tokens > most_tokens THEN
    -- The first slot with whose end enough is free; else the last one, and at least one slot.
    SELECT coalesce(
      min(s.at) FILTER (WHERE spent - s.r + ahead <= most_requests AND spent_tokens - s.t + ahead_tokens <= most_tokens) - now_ms,
      greatest(max(s.at) - now_ms, slot), slot
    ) INTO room FROM (
      SELECT e.at, sum(e.requests) OVER (ORDER BY e.at) AS r, sum(e.tokens) OVER (ORDER BY e.at) AS t FROM (
        SELECT u.requests, u.tokens, CASE WHEN u.runs THEN greatest(now_ms + slot, u.free_at - delivery) ELSE u.free_at END AS at
        FROM ${used} u WHERE u.key = k
      ) e
    ) s;
    wait := room;
  END IF;
  wait := greatest(wait, (SELECT c.until - now_ms FROM ${cooling} c WHERE c.key = k));
  SELECT count(*) INTO running_now FROM ${running} r WHERE r.key = k;
  IF running_now + ahead > most_running THEN
    SELECT coalesce(max(r.until), now_ms + lease) - now_ms INTO room FROM (
      SELECT r.until FROM ${running} r WHERE r.key = k ORDER BY r.until LIMIT (running_now + ahead - most_running)::bigint
    ) r;
    wait := greatest(wait, room);
  END IF;

  IF wait > 0 THEN
    INSERT INTO ${waiting} AS w (key, id, tokens, until) VALUES (k, call, need, now_ms + lease)
      ON CONFLICT (key, id) DO UPDATE SET tokens = excluded.tokens, until = excluded.until;
    RETURN;
  END IF;
  DELETE FROM ${waiting} w WHERE w.key = k AND w.id = call;
  INSERT INTO ${running} (key, id, until) VALUES (k, call, now_ms + lease);
  freed := ((now_ms + delivery) / slot + 1) * slot + win;
  PERFORM ${add}(k, true, freed, 1, need);
  INSERT INTO ${calls} (key, id, free_at, tokens, until) VALUES (k, call, freed, need, now_ms + known);
END $$;

CREATE OR REPLACE FUNCTION ${settle}(
  k text, call text, reserved bigint, counts_until bigint, spent bigint, cool_down bigint,
  win bigint, slot bigint, known bigint, notifies boolean, channel text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  now_ms bigint := ${begin}(k);
  before ${calls};
  was_counted boolean;
BEGIN
  SELECT * INTO before FROM ${calls} c WHERE c.key = k AND c.id = call;
  IF before.free_at = 0 THEN RETURN; END IF;
  INSERT INTO ${calls} AS c (key, id, free_at, tokens, until) VALUES (k, call, 0, reserved, now_ms + known)
    ON CONFLICT (key, id) DO UPDATE SET free_at = 0, until = excluded.until;
  DELETE FROM ${running} r WHERE r.key = k AND r.id = call;
  DELETE FROM ${waiting} w WHERE w.key = k AND w.id = call;
  was_counted := ${free}(k, before.free_at, before.tokens);
  IF was_counted AND counts_until > now_ms THEN
    PERFORM ${add}(k, false, counts_until, 1, least(before.tokens, spent));
  END IF;
  IF spent > reserved THEN PERFORM ${add}(k, false, (now_ms / slot + 1) * slot + win, 0, spent - reserved); END IF;
  IF cool_down > 0 THEN
    INSERT INTO ${cooling} AS c (key, until) VALUES (k, now_ms + cool_down)
      ON CONFLICT (key) DO UPDATE SET until = greatest(c.until, excluded.until);
  END IF;
  IF notifies THEN
    PERFORM pg_notify(channel, k || ' ' || string_agg(t.id, ',' ORDER BY t.came)) FROM (
      SELECT w.id, w.came, row_number() OVER (ORDER BY w.came) AS place, sum(w.tokens) OVER (ORDER BY w.came) - w.tokens AS ahead
      FROM ${waiting} w WHERE w.key = k AND w.until > now_ms
    ) t WHERE t.place <= 2 OR (t.ahead < reserved - spent AND t.place <= ${wokenAtOnce}) HAVING count(*) > 0;
  END IF;
END $$;

CREATE OR REPLACE FUNCTION ${renew}(k text, ids text[], lease bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE now_ms bigint := ${begin}(k);
BEGIN
  INSERT INTO ${running} AS r (key, id, until) SELECT k, one, now_ms + lease FROM unnest(ids) one
    WHERE NOT EXISTS (SELECT FROM ${calls} c WHERE c.key = k AND c.id = one AND c.free_at = 0)
    ON CONFLICT (key, id) DO UPDATE SET until = excluded.until;
END $$;
`
}

/** Deletes what has expired, of all keys. It waits for no other transaction, so it cannot be part of a deadlock. */
export function purgeSql(schema: string): string {
  const now = 'extract(epoch FROM clock_timestamp()) * 1000'
  const expired = [
    ['limit_used', 'free_at'],
    ['limit_cooling', 'until'],
    ['limit_running', 'until'],
    ['limit_waiting', 'until'],
    ['limit_calls', 'until'],
  ].map(([name = '', column]) => {
    const table = `${quote(schema)}.${name}`
    return `DELETE FROM ${table} t USING (SELECT ctid FROM ${table} WHERE ${column} < ${now} FOR UPDATE SKIP LOCKED) d WHERE t.ctid = d.ctid;`
  })
  return expired.join('\n')
}
