-- Why: a number that rings into silence, or answers in a wrong language, is noticed by nobody: who got no answer does not complain.
-- So each of our numbers is called and texted by ourselves.

create table number_watch (
  country_id text not null,
  line_kind text not null,
  call_way text not null default 'trunk' check (call_way in ('trunk', 'loop', 'off')),
  text_way text not null default 'loop' check (text_way in ('trunk', 'loop', 'off')),
  every_minutes integer not null default 60 check (every_minutes between 5 and 10080),
  next_at timestamptz not null,
  asked_by_user_id uuid references app_user (id),
  created_at timestamptz not null default now(),
  primary key (country_id, line_kind),
  foreign key (country_id, line_kind) references country_line (country_id, kind) on delete cascade
);
comment on table number_watch is 'how and how often each of our numbers is checked; a line without a row gets one with the next minute';
comment on column number_watch.call_way is 'trunk: over the carrier and back; loop: into the dialplan as if it came from the carrier, where that allows no call to itself';
comment on column number_watch.next_at is 'real time; brought forward by a check that went wrong, and by "check now"';
comment on column number_watch.asked_by_user_id is 'who asked for the check that is due now; null: its time has come';
-- the minute's job: what is due
create index number_watch_due_idx on number_watch (next_at) where call_way <> 'off' or text_way <> 'off';

create table number_check (
  id uuid primary key,
  country_id text not null,
  line_kind text not null check (line_kind in ('card', 'callback')),
  kind text not null check (kind in ('call', 'text')),
  way text not null check (way in ('trunk', 'loop')),
  trunk_id text not null references trunk (id),
  token text not null check (length(token) between 8 and 64),
  requested_by_user_id uuid references app_user (id),
  started_at timestamptz not null default now(),
  lease_until timestamptz not null,
  recognised_at timestamptz,
  finished_at timestamptz,
  verdict text check (verdict in ('ok', 'silent', 'unclear', 'wrong-language', 'unanswered', 'unrecognised', 'lost', 'not-made')),
  expected_language_code text references language (code),
  heard_language_code text references language (code),
  answered_after_ms integer check (answered_after_ms >= 0),
  detail text check (length(detail) <= 300),
  check ((finished_at is null) = (verdict is null))
);
comment on table number_check is 'one call or text to one of our numbers; finished once and not changed after';
comment on column number_check.token is 'what tells the check apart from a worker: keys pressed after the answer, or the text''s word. Worth nothing once recognised';
comment on column number_check.recognised_at is 'when what came in was found to be this check';
comment on column number_check.lease_until is 'a check without an end by then: a text is lost, a call''s process died';
comment on column number_check.verdict is
  'silent: answered, nothing heard; unclear: heard, and none of our sentences; unrecognised: right, but the call that came in showed neither our number nor the keys; lost: the text did not come back; not-made: not tried, says nothing about the number';
-- the screen: last checks of a number
create index number_check_history_idx on number_check (country_id, line_kind, started_at desc, id);
-- what came in: is it one of ours
create unique index number_check_token_idx on number_check (token) where recognised_at is null;
-- the minute's job: what never ended
create index number_check_open_idx on number_check (lease_until) where finished_at is null;
-- a trunk's caps: checks of the last hour
create index number_check_trunk_idx on number_check (trunk_id, started_at) where kind = 'call' and way = 'trunk';
