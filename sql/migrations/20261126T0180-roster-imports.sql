-- Why: a factory sends its roster as a file of thousands of lines. What was read, what is wrong in which row, and how far it has
-- come is kept; the file itself never is. A line imported before is known by a keyed hash, so that importing again adds nobody twice.

create table roster_import (
  id uuid primary key default uuidv7(),
  audit_id uuid not null references audit (id),
  by_user_id uuid not null references app_user (id),
  is_dry_run boolean not null,
  status text not null default 'running' check (status in ('running', 'done', 'failed')),
  rows_total integer check (rows_total >= 0),
  rows_done integer not null default 0 check (rows_done >= 0),
  added integer not null default 0 check (added >= 0),
  known integer not null default 0 check (known >= 0),
  wrong integer not null default 0 check (wrong >= 0),
  problems jsonb not null default '[]' check (jsonb_typeof(problems) = 'array'),
  message text check (length(message) between 1 and 300),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  check ((status = 'running') = (ended_at is null))
);
comment on column roster_import.is_dry_run is 'nothing is written to the list: what would be';
comment on column roster_import.rows_total is 'rows with something in them, below the header; null while the file is being read';
comment on column roster_import.known is 'rows that are on the list already';
comment on column roster_import.problems is 'of the rows that cannot be taken, the first ones: [{ row, column, field, code, message }]; never what a cell holds';
comment on column roster_import.message is 'why it failed, one English sentence';
comment on column roster_import.updated_at is 'real time: a running import that has not moved for a minute has died with its process';
-- one at a time for each visit; the visit's page
create unique index roster_import_running_idx on roster_import (audit_id) where status = 'running';
create index roster_import_audit_idx on roster_import (audit_id, created_at desc);

alter table interview add column import_key bytea check (octet_length(import_key) = 32);
comment on column interview.import_key is 'HMAC-SHA-256 under the blind-index key of visit, number, alias and how many equal rows stood before; null: not imported';
-- importing again: the lines that are there
create unique index interview_import_key_idx on interview (audit_id, import_key) where import_key is not null;
