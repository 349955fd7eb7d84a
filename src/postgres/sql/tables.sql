-- What a store holds. Times are milliseconds since 1970, UTC. Texts compare by their bytes. What only the
-- library reads is `bytea`, in the encodings of the model; what a rule or a filter needs is a column.

-- Fencing numbers: each lease has one, and no two leases of a store ever have the same (`skip_numbers`).
CREATE SEQUENCE fences;
-- Places in queues and inboxes. Not cached: what was accepted later has a later place.
CREATE SEQUENCE places;
CREATE SEQUENCE instance_numbers;
CREATE SEQUENCE process_numbers;

-- Each opening of the store, by whatever process, for as long as it renews its life. All leases of a process
-- end with its row, which somebody else deletes once `alive_until` is over.
CREATE TABLE processes (
  id bigint PRIMARY KEY,
  name text NOT NULL,             -- host and process id, for people
  started_at bigint NOT NULL,
  alive_until bigint NOT NULL,
  last_batch bigint NOT NULL DEFAULT 0  -- tells whether a commit whose answer was lost has happened
);

-- Who fetches turns, in which process: an instance that one of them keeps in memory is its own while its row
-- is here.
CREATE TABLE fetchers (
  process bigint NOT NULL,
  holder bigint NOT NULL,
  PRIMARY KEY (process, holder)
);

-- What changes seldom of an instance, and what lists are made of. The row in `turns` is its lock.
CREATE TABLE instances (
  number bigint PRIMARY KEY,      -- in order of creation
  id text COLLATE "C" NOT NULL UNIQUE,
  incarnation bigint NOT NULL,
  orchestration text COLLATE "C" NOT NULL,
  version text COLLATE "C" NOT NULL DEFAULT '',  -- of the current execution, empty before its first turn
  execution bigint NOT NULL DEFAULT 1,
  status smallint NOT NULL DEFAULT 0,            -- as ExecutionStatus
  created_at bigint NOT NULL,
  listed_at bigint NOT NULL,      -- last change; of what runs in whole seconds, so that it seldom moves
  execution_started_at bigint NOT NULL,
  parent_id text COLLATE "C",
  parent_execution bigint,
  parent_event bigint,
  parent_number bigint,           -- null if there is none, or it was not in this store
  start_due bigint,               -- while the start itself waits in `timers`
  deadline bigint,                -- when it is asked to stop
  start_digest bigint NOT NULL DEFAULT 0,        -- of what it was started with; 0: not known
  start_version text COLLATE "C" NOT NULL DEFAULT '',
  tags text[] COLLATE "C" NOT NULL DEFAULT '{}'
);
CREATE INDEX instances_by_status ON instances (status, created_at, number);
CREATE INDEX instances_by_name ON instances (orchestration, status, created_at, number);
CREATE INDEX instances_by_change ON instances (status, listed_at, number);
CREATE INDEX instances_by_parent ON instances (parent_number, created_at, number) WHERE parent_number IS NOT NULL;

CREATE TABLE instance_tags (
  tag text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  number bigint NOT NULL,
  PRIMARY KEY (tag, created_at, number)
);
CREATE INDEX instance_tags_by_number ON instance_tags (number);

-- The orchestrator queue: one row for each instance, with what changes at each turn. Whoever delivers to an
-- instance, ends it or changes it otherwise locks this row first.
CREATE TABLE turns (
  number bigint PRIMARY KEY,
  event_count bigint NOT NULL DEFAULT 0,  -- of the current execution
  updated_at bigint NOT NULL,
  ready bigint,                   -- its place in the queue; null if there is nothing for a turn
  visible_at bigint,              -- it was given back, and is held back until then
  held_by bigint,                 -- the process that has given it back; what it holds back ends with it
  token bigint,                   -- the fencing number of its lease; null if it is not leased
  process bigint,
  holder bigint,
  taken bigint[] NOT NULL DEFAULT '{}',  -- the places of the messages that the turn has
  attempts integer NOT NULL DEFAULT 0,   -- deliveries that came to no end, this one included
  last_token bigint,              -- of the last ack that was accepted, and of whose turn
  last_process bigint,
  resident_process bigint,        -- who keeps its coroutine
  resident_holder bigint,
  code text COLLATE "C",          -- what its next turn needs: orchestration, chr(1), version
  waiting_for text,               -- for people
  waiting_since bigint,           -- for this very reason, as often as it was handed out meanwhile
  waited_for text,                -- why it was given back last, until it gets on
  quarantine text,                -- why it is left alone
  quarantined_at bigint
) WITH (fillfactor = 80);
CREATE INDEX turns_ready ON turns (ready) WHERE ready IS NOT NULL AND token IS NULL;
CREATE INDEX turns_leased ON turns (process) WHERE process IS NOT NULL;
CREATE INDEX turns_held ON turns (visible_at) WHERE visible_at IS NOT NULL;
CREATE INDEX turns_waiting ON turns (number) WHERE waiting_for IS NOT NULL;
CREATE INDEX turns_in_quarantine ON turns (number) WHERE quarantine IS NOT NULL;

-- Events, as each turn has appended them.
CREATE TABLE history (
  number bigint NOT NULL,
  execution bigint NOT NULL,
  first_event bigint NOT NULL,
  events bytea NOT NULL,          -- model::encode_events
  PRIMARY KEY (number, execution, first_event)
);

-- Executions that have ended, with their results.
CREATE TABLE executions (
  number bigint NOT NULL,
  execution bigint NOT NULL,
  version text COLLATE "C" NOT NULL,
  status smallint NOT NULL,
  started_at bigint NOT NULL,
  ended_at bigint NOT NULL,
  event_count bigint NOT NULL,
  output bytea,                   -- of a completed one
  failure bytea,                  -- model::encode_error, of a failed or cancelled one
  failure_told bytea,             -- the same as others are told it: with the instance it came through
  PRIMARY KEY (number, execution)
);

-- Messages to instances. Place 0 is a start, or the next execution's.
CREATE TABLE inbox (
  number bigint NOT NULL,
  place bigint NOT NULL,
  kind smallint NOT NULL,         -- the place of the alternative in WorkItem
  of_execution bigint NOT NULL,   -- of an answer: of the step that it answers; else 0
  of_event bigint NOT NULL,
  keeps smallint NOT NULL,        -- for a rewind: 0 never, 1 always, 2 if it answers the current execution
  made_here boolean NOT NULL,     -- item is what the store itself has answered with, not a whole work item
  item bytea,                     -- model::encode_work_item
  PRIMARY KEY (number, place)
);

-- Messages that a failed instance had not taken; a rewind or a fork delivers them.
CREATE TABLE kept (
  number bigint NOT NULL,
  place bigint NOT NULL,
  kind smallint NOT NULL,
  of_execution bigint NOT NULL,
  of_event bigint NOT NULL,
  made_here boolean NOT NULL,
  item bytea,
  PRIMARY KEY (number, place)
);

-- The worker queue.
CREATE TABLE work (
  number bigint NOT NULL,
  execution bigint NOT NULL,
  event bigint NOT NULL,
  place bigint NOT NULL,          -- in the queue
  name text COLLATE "C" NOT NULL,
  tag text COLLATE "C",
  session text COLLATE "C",
  visible_at bigint,
  held_by bigint,
  token bigint,
  process bigint,
  holder bigint,
  attempts integer NOT NULL DEFAULT 0,
  start_due bigint,               -- when it must have begun
  waiting_for text,
  waiting_since bigint,
  waited_for text,
  quarantine text,
  quarantined_at bigint,
  progress bytea,                 -- of the last heartbeat
  progress_at bigint,
  item bytea NOT NULL,            -- model::encode_work_item
  PRIMARY KEY (number, execution, event)
) WITH (fillfactor = 80);
CREATE INDEX work_ready ON work (place) WHERE token IS NULL AND quarantine IS NULL;
CREATE INDEX work_leased ON work (process) WHERE process IS NOT NULL;
CREATE INDEX work_held ON work (visible_at) WHERE visible_at IS NOT NULL;
CREATE INDEX work_waiting ON work (number) WHERE waiting_for IS NOT NULL;
CREATE INDEX work_in_quarantine ON work (number) WHERE quarantine IS NOT NULL;

-- Which process and holder alone is given the activities of a session.
CREATE TABLE sessions (
  session text COLLATE "C" PRIMARY KEY,
  process bigint NOT NULL,
  holder bigint NOT NULL
);

-- Leases of activities that were cancelled, until the process that has them hears of it.
CREATE TABLE cancelled_leases (
  token bigint PRIMARY KEY,
  process bigint NOT NULL,
  holder bigint NOT NULL
);
CREATE INDEX cancelled_leases_by_process ON cancelled_leases (process);

-- The timer queue. `kind`: 0 a timer of a history, 1 a delayed message, 2 a delayed start, 3 the deadline of
-- an instance, 4 by when an activity must have begun (then `item` is the failure that it ends with).
CREATE TABLE timers (
  due bigint NOT NULL,
  number bigint NOT NULL,
  execution bigint NOT NULL,      -- 0 if it is for whichever
  event bigint NOT NULL,          -- of kinds 0 and 4; a place of kind 1
  kind smallint NOT NULL,
  message smallint NOT NULL,      -- what `kind` is of `inbox`, likewise the next three
  of_event bigint NOT NULL,
  keeps smallint NOT NULL,
  item bytea NOT NULL,
  token bigint,
  process bigint,
  holder bigint,
  PRIMARY KEY (due, number, execution, event, kind)
);
CREATE INDEX timers_by_number ON timers (number);
CREATE INDEX timers_leased ON timers (process) WHERE process IS NOT NULL;

-- The key-value state of instances.
CREATE TABLE state (
  number bigint NOT NULL,
  key text COLLATE "C" NOT NULL,
  value bytea NOT NULL,
  updated_at bigint NOT NULL,
  version bigint NOT NULL,
  PRIMARY KEY (number, key)
);

CREATE TABLE custom_status (
  number bigint PRIMARY KEY,
  status bytea,                   -- null: cleared
  version bigint NOT NULL
);

-- The keys under which an instance was sent events and messages.
CREATE TABLE event_keys (
  number bigint NOT NULL,
  key text COLLATE "C" NOT NULL,
  place bigint NOT NULL,          -- the oldest has the lowest
  digest bigint NOT NULL,         -- of what was sent
  PRIMARY KEY (number, key)
);
CREATE INDEX event_keys_by_place ON event_keys (number, place);

-- Who waits for the end of an instance.
CREATE TABLE awaited (
  number bigint NOT NULL,
  reader bigint NOT NULL,         -- the number of who waits
  execution bigint NOT NULL,
  event bigint NOT NULL,
  PRIMARY KEY (number, reader, execution, event)
);
CREATE INDEX awaited_by_reader ON awaited (reader);

-- What is asked of the code of instances and leaves no trace. They end with the process that asks.
CREATE TABLE questions (
  number bigint NOT NULL,
  process bigint NOT NULL,
  asked bigint NOT NULL,          -- the process's own number for it
  id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  input bytea NOT NULL,
  PRIMARY KEY (number, process, asked)
);
CREATE INDEX questions_by_process ON questions (process);

-- Answers to updates and questions on their way to a process that waits. They are deleted soon.
CREATE TABLE answers (
  place bigint PRIMARY KEY,
  number bigint NOT NULL,
  id text COLLATE "C" NOT NULL,   -- of the update or the question
  at bigint NOT NULL,
  output bytea NOT NULL,
  error bytea,                    -- model::encode_error
  refused boolean NOT NULL
);
CREATE INDEX answers_by_id ON answers (number, id);

-- What is paused. `kind`: `s` the store, `o` an orchestration, `i` an instance.
CREATE TABLE paused (
  kind "char" NOT NULL,
  name text COLLATE "C" NOT NULL,
  since bigint NOT NULL,
  PRIMARY KEY (kind, name)
);
