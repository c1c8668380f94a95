-- Why: each conversation over the phone, its steps, and the flow''s state for picking it up after a restart.

create table call (
  id uuid primary key,
  direction text not null check (direction in ('inbound', 'outbound')),
  status text not null check (status in ('ringing', 'menu', 'message', 'agent', 'talking', 'ended')),
  country_id text not null references country (id),
  line_did text not null references country_line (did),
  language_code text references language (code),
  channel_id text not null,
  instance text not null,
  caller_number text not null check (caller_number in ('kept', 'withheld', 'unusable', 'ours')),
  phone_number_id uuid references phone_number (id),
  agent_user_id uuid references agent (user_id),
  callback_id uuid,
  flow text not null check (flow in ('inbound', 'callback', 'fallback')),
  flow_state jsonb not null default '{}',
  started_at timestamptz not null,
  answered_at timestamptz,
  ended_at timestamptz,
  end_reason text,
  status_since timestamptz not null,
  updated_at timestamptz not null default now(),
  check ((caller_number = 'kept') = (phone_number_id is not null)),
  check ((status = 'ended') = (ended_at is not null))
);
comment on column call.id is 'made by the service; for a callback it is the attempt''s id';
comment on column call.channel_id is 'Asterisk''s channel; never holds a phone number';
comment on column call.caller_number is 'kept: in phone_number; unusable: sent, but no ordinary number of the line''s country; ours: we called';
comment on column call.end_reason is 'hung-up, completed, timed-out, lost (service or PBX died), failed';
create unique index call_channel_idx on call (channel_id, started_at);
-- live board and reconcile: what is going on now
create index call_open_idx on call (started_at) where status <> 'ended';

create table call_step (
  call_id uuid not null references call (id),
  sequence integer not null,
  name text not null,
  at timestamptz not null,
  primary key (call_id, sequence)
);
