-- Why: what workers write, and what is written to them: encrypted like voicemails, kept once whatever comes twice, sent once
-- however often a process dies, and never again to a number that asked for silence.

alter table phone_number add column never_text_since timestamptz;
comment on column phone_number.never_text_since is 'they wrote STOP; until they write START nothing is written to this number. Where never_call_since is the same instant, START lifts that too';

create table text_gateway (
  id uuid primary key default uuidv7(),
  country_id text not null references country (id),
  name text not null check (length(name) between 1 and 80),
  send_url text check (length(send_url) between 1 and 500),
  data_key_id uuid not null,
  secret_sealed bytea not null,
  is_active boolean not null default true,
  last_received_at timestamptz,
  last_handed_over_at timestamptz,
  last_trouble text,
  last_trouble_at timestamptz,
  created_at timestamptz not null default now(),
  check ((last_trouble is null) = (last_trouble_at is null))
);
comment on table text_gateway is 'an SMS gateway that speaks HTTP. A country without one sends and receives by SIP MESSAGE over its trunk';
comment on column text_gateway.send_url is 'where texts to workers are posted; null: this gateway only receives';
comment on column text_gateway.secret_sealed is 'both sides sign with it (HMAC-SHA-256)';
-- which gateway a country sends by
create unique index text_gateway_one_active_per_country_idx on text_gateway (country_id) where is_active;

create sequence text_conversation_reference_seq start 1000;

create table text_conversation (
  id uuid primary key default uuidv7(),
  reference text not null unique default ('TX-' || nextval('text_conversation_reference_seq')),
  country_id text not null references country (id),
  language_code text not null references language (code),
  sender text not null check (sender in ('kept', 'withheld', 'unusable')),
  phone_number_id uuid references phone_number (id),
  worker_id uuid references worker (id),
  callback_id uuid references callback (id),
  line_did text not null references country_line (did),
  gateway_id uuid references text_gateway (id),
  unread_count integer not null default 0 check (unread_count >= 0),
  first_received_at timestamptz,
  last_reply_at timestamptz,
  last_text_at timestamptz not null,
  created_at timestamptz not null default now(),
  check ((sender = 'kept') = (phone_number_id is not null)),
  check ((sender = 'kept') = (worker_id is not null))
);
comment on table text_conversation is 'all texts from and to one number in one country; of an unknown sender each text is one by itself';
comment on column text_conversation.reference is 'what people say instead of a number';
comment on column text_conversation.line_did is 'our number that was written to last: answers show it';
comment on column text_conversation.gateway_id is 'the gateway the last text came by: answers go back the same way; null: SIP MESSAGE over the trunk';
comment on column text_conversation.callback_id is 'the last callback that a text led to or joined';
comment on column text_conversation.first_received_at is 'null: we wrote first, so only the neutral sentences may follow';
comment on column text_conversation.last_reply_at is 'the last sentence sent by itself: never two within an hour';
create unique index text_conversation_number_idx on text_conversation (country_id, phone_number_id) where phone_number_id is not null;
-- list, newest first
create index text_conversation_list_idx on text_conversation (country_id, last_text_at desc, id);

create table text_message (
  id uuid primary key default uuidv7(),
  conversation_id uuid not null references text_conversation (id),
  direction text not null check (direction in ('in', 'out')),
  language_code text not null references language (code),
  data_key_id uuid not null,
  body_sealed bytea not null,
  is_cut_off boolean not null default false,
  command text check (command in ('stop', 'start')),
  has_pin boolean not null default false,
  dedupe_key bytea unique check (octet_length(dedupe_key) = 32),
  callback_id uuid references callback (id),
  gateway_id uuid references text_gateway (id),
  gateway_message_id text check (length(gateway_message_id) <= 200),
  sentence text,
  is_automatic boolean not null default false,
  author_user_id uuid references app_user (id),
  state text not null check (state in ('received', 'queued', 'handed-over', 'delivered', 'failed')),
  trouble text check (trouble in ('uncertain', 'stopped', 'not-allowed', 'gateway-refused', 'gateway-away', 'not-delivered', 'erased')),
  tries integer not null default 0 check (tries >= 0),
  parts_sent integer not null default 0 check (parts_sent >= 0),
  due_at timestamptz,
  claim_token uuid,
  lease_until timestamptz,
  happened_at timestamptz not null,
  created_at timestamptz not null default now(),
  check ((direction = 'in') = (state = 'received')),
  check ((state = 'queued') = (due_at is not null)),
  check ((claim_token is null) = (lease_until is null)),
  check (claim_token is null or state = 'queued'),
  check ((state = 'failed') = (trouble is not null))
);
comment on column text_message.body_sealed is 'the bytes as they came or are to go, under the worker''s data key (a key of its own when the worker''s is gone or nobody is known)';
comment on column text_message.dedupe_key is 'keyed hash of what makes a received text the same one: gateway and its id, or Call-ID, sender, our number and bytes';
comment on column text_message.is_cut_off is 'more was written than reached us (SIP MESSAGE of 1,024 bytes or more arrives empty)';
comment on column text_message.sentence is 'name of the neutral sentence that was sent; null: written freely, or received';
comment on column text_message.state is 'handed-over: the carrier or gateway took it. delivered and failed only as a gateway reports, or when we gave up; never delivered over SIP';
comment on column text_message.parts_sent is 'bodies of a long text that went over SIP already: they are not sent again';
comment on column text_message.due_at is 'real time of the next try';
comment on column text_message.happened_at is 'received: when the PBX or the gateway got it; sent: when it was written';
-- a conversation, newest first; texts within the hour
create index text_message_conversation_idx on text_message (conversation_id, happened_at desc, id desc);
-- sender: what is to go out next
create index text_message_due_idx on text_message (due_at, id) where state = 'queued';
-- delivery reports
create index text_message_gateway_idx on text_message (gateway_id, gateway_message_id) where gateway_message_id is not null;
-- texts beside a callback
create index text_message_callback_idx on text_message (callback_id) where callback_id is not null;
