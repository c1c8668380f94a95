-- Why: one promise to ring one worker back, and the ledger of every try, written before anything is dialled.

create sequence callback_reference_seq start 1000;

create table callback (
  id uuid primary key default uuidv7(),
  reference text not null unique default ('CB-' || nextval('callback_reference_seq')),
  reason text not null check (reason in ('audit', 'voicemail', 'text', 'missed-call', 'retaliation-check', 'follow-up')),
  status text not null check (status in ('planned', 'waiting', 'claimed', 'ringing', 'talking', 'wrap-up', 'done', 'closed')),
  worker_id uuid not null references worker (id),
  phone_number_id uuid not null references phone_number (id),
  country_id text not null references country (id),
  language_code text not null references language (code),
  time_zone text not null,
  slot jsonb,
  due_at timestamptz not null,
  expires_at timestamptz,
  planned_note text,
  held_reason text,
  may_show_card_number boolean not null default false,
  preferred_agent_user_id uuid references agent (user_id),
  preferred_until timestamptz,
  audit_id uuid references audit (id),
  questionnaire_version_id uuid references questionnaire_version (id),
  counted_attempts integer not null default 0 check (counted_attempts >= 0),
  claim_token uuid,
  claimed_by_user_id uuid references agent (user_id),
  lease_until timestamptz,
  last_outcome text,
  closed_at timestamptz,
  closed_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((status in ('claimed', 'ringing', 'talking', 'wrap-up')) = (claim_token is not null)),
  check ((status in ('done', 'closed')) = (closed_at is not null)),
  check ((claim_token is null) = (lease_until is null)),
  check ((claim_token is null) = (claimed_by_user_id is null)),
  check ((preferred_agent_user_id is null) = (preferred_until is null))
);
comment on column callback.reference is 'what agents say and what an agent''s phone shows instead of a number';
comment on column callback.slot is 'as interview.slot, in callback.time_zone; null: any time the country is open';
comment on column callback.planned_note is 'why the due time is not the one asked for, in one plain sentence';
comment on column callback.held_reason is 'why only a supervisor may go on with it, in one plain sentence; null: anyone may';
comment on column callback.may_show_card_number is 'the worker agreed that the card''s number is shown when we call';
comment on column callback.preferred_agent_user_id is 'offered to this agent alone until preferred_until: a conversation that was cut off';
comment on column callback.lease_until is 'real time: a claim without an attempt goes back to waiting after this instant, one with an attempt has an unknown outcome';
-- one open promise per worker, whatever the reasons
create unique index callback_one_open_per_worker_idx on callback (worker_id) where status in ('waiting', 'claimed', 'ringing', 'talking', 'wrap-up');
-- an audit closed twice plans once
create unique index callback_one_per_audit_worker_idx on callback (audit_id, worker_id) where audit_id is not null;
-- dispatcher: the next callbacks to ring, per country and language
create index callback_due_idx on callback (country_id, language_code, due_at, id) where status = 'waiting' and held_reason is null;
-- recovery: claims whose lease ran out
create index callback_lease_idx on callback (lease_until) where claim_token is not null;
-- list, soonest first
create index callback_list_idx on callback (country_id, due_at, id);

alter table call add constraint call_callback_fk foreign key (callback_id) references callback (id);

create table attempt (
  id uuid primary key,
  callback_id uuid not null references callback (id),
  phone_number_id uuid not null references phone_number (id),
  trunk_id text not null references trunk (id),
  claim_token uuid not null,
  agent_user_id uuid not null references agent (user_id),
  number_in_callback integer not null check (number_in_callback > 0),
  created_at timestamptz not null,
  rang_at timestamptz,
  answered_at timestamptz,
  ended_at timestamptz,
  outcome text check (outcome in ('complete', 'partial', 'no-answer', 'busy', 'rejected', 'unreachable', 'machine', 'someone-else',
    'not-safe-now', 'reschedule', 'language-mismatch', 'refused', 'dead-number', 'trunk-failure', 'agent-failure', 'unknown')),
  is_counted boolean,
  is_ring_in_vain boolean,
  named_outcome jsonb,
  hangup_cause integer,
  sip_status integer,
  unique (callback_id, number_in_callback),
  check (outcome is null or ended_at is not null),
  check ((outcome is null) = (is_counted is null)),
  check ((outcome is null) = (is_ring_in_vain is null))
);
comment on column attempt.id is 'also the id of the worker''s channel: a repeated dial collides with the live one';
comment on column attempt.created_at is 'committed before anything is dialled';
comment on column attempt.ended_at is 'when the line ended; after a conversation the outcome follows when the agent names it';
comment on column attempt.named_outcome is 'what the agent named while still talking: { outcome, callAgainAt?, languageCode? }';
comment on column attempt.is_ring_in_vain is 'the number was rung without a conversation: 90 minutes and two a day are kept';
comment on column attempt.is_counted is 'whether it uses up one of the country''s attempts; true when the carrier reported the far end''s state';
-- caps and gaps: rings of a number, calls of a trunk
create index attempt_phone_number_idx on attempt (phone_number_id, created_at desc);
create index attempt_trunk_idx on attempt (trunk_id, created_at desc);
create unique index attempt_one_open_per_callback_idx on attempt (callback_id) where ended_at is null;
-- two callbacks of one shared phone never ring it at once
create unique index attempt_one_open_per_number_idx on attempt (phone_number_id) where ended_at is null;
-- recovery: the attempt a claim made
create unique index attempt_claim_token_idx on attempt (claim_token);

create table answer (
  id uuid primary key default uuidv7(),
  callback_id uuid not null references callback (id),
  questionnaire_version_id uuid not null references questionnaire_version (id),
  question_id text not null,
  attempt_id uuid references attempt (id),
  choice text,
  text_sealed bytea,
  answered_at timestamptz not null,
  unique (callback_id, question_id)
);
comment on column answer.choice is 'id of the chosen option, for counting; null for free text';
comment on column answer.text_sealed is 'free text, under the worker''s data key';
