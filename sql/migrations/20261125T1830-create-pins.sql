-- Why: a worker who wants no call, or whose number is withheld, keeps a PIN: with it they ring from any phone, hear how things
-- stand, and say more. And after a message the caller says whether, and on which number, to be called.

create table pin (
  id uuid primary key default uuidv7(),
  blind_index bytea not null unique check (octet_length(blind_index) = 32),
  worker_id uuid references worker (id),
  given_at timestamptz,
  created_at timestamptz not null default now(),
  check ((worker_id is null) = (given_at is null))
);
comment on table pin is 'the ten digits themselves are kept nowhere: they are read out once';
comment on column pin.blind_index is 'HMAC-SHA-256 of the ten digits under the blind-index key, apart from numbers'' by its purpose';
comment on column pin.worker_id is 'null: reserved by a process, so that a PIN read out while the database is away is nobody else''s';
create index pin_worker_idx on pin (worker_id) where worker_id is not null;
-- tidying: reservations of processes that are gone
create index pin_reserved_idx on pin (created_at) where worker_id is null;

create table pin_miss (
  id uuid primary key default uuidv7(),
  line_did text not null references country_line (did),
  phone_number_id uuid references phone_number (id),
  missed_at timestamptz not null
);
comment on table pin_miss is 'wrong PINs, for the limits: per number that tried and per number of ours; kept for a day';
comment on column pin_miss.phone_number_id is 'null when the number that tried was withheld or is none we keep';
-- limits: wrong ones of the last hour
create index pin_miss_line_idx on pin_miss (line_did, missed_at);
create index pin_miss_number_idx on pin_miss (phone_number_id, missed_at) where phone_number_id is not null;

create table worker_status (
  id uuid primary key default uuidv7(),
  worker_id uuid not null references worker (id),
  case_id uuid not null references grievance_case (id),
  kind text not null check (kind in ('speech', 'recording')),
  sentence text not null check (sentence in ('nothing-new', 'in-progress', 'please-ring', 'done')),
  language_code text not null references language (code),
  text_sealed bytea,
  audio_sealed bytea not null,
  duration_ms integer not null check (duration_ms > 0),
  created_by_user_id uuid not null references app_user (id),
  created_at timestamptz not null,
  published_at timestamptz,
  published_by_user_id uuid references app_user (id),
  withdrawn_at timestamptz,
  check ((published_at is null) = (published_by_user_id is null)),
  check (withdrawn_at is null or published_at is not null)
);
comment on table worker_status is 'what a worker hears with their PIN; written by the case-handler, for this worker alone';
comment on column worker_status.kind is 'speech: text_sealed read by espeak-ng, a draft of a voice; recording: the case-handler''s own';
comment on column worker_status.sentence is 'which neutral sentence stands for it where words may be read by others: a text to a phone';
comment on column worker_status.text_sealed is 'under the worker''s data key; null for a recording';
comment on column worker_status.audio_sealed is '16-bit 8 kHz mono wav under the worker''s data key';
-- one is heard at a time
create unique index worker_status_published_idx on worker_status (worker_id) where published_at is not null and withdrawn_at is null;
create index worker_status_case_idx on worker_status (case_id, created_at desc);

alter table call
  add column contact_choice text check (contact_choice in ('this', 'other', 'none')),
  add column contact_number_id uuid references phone_number (id),
  add column worker_id uuid references worker (id),
  add constraint call_contact_number_check check ((contact_choice = 'other') = (contact_number_id is not null) or contact_choice is null);
comment on column call.contact_choice is 'what the caller said after the message: this number, another, none; null: did not say, and is called back neutrally';
comment on column call.contact_number_id is 'the other number they entered';
comment on column call.worker_id is 'whoever a PIN showed the caller to be, or the nameless worker made for a caller who wants no call';

alter table voicemail add column worker_id uuid references worker (id);
comment on column voicemail.worker_id is 'who left it: found by number or PIN, else a nameless worker of its own; null only in messages of 0.1.0';
update voicemail set worker_id = callback.worker_id from callback where callback.id = voicemail.callback_id;
create index voicemail_worker_idx on voicemail (worker_id, left_at desc);
-- joined messages: those of one call
create index voicemail_call_idx on voicemail (call_id);

alter table grievance_case add column voicemail_id uuid references voicemail (id);
comment on column grievance_case.voicemail_id is 'the message it was opened from, when nobody could be called back';
create index grievance_case_worker_idx on grievance_case (worker_id, created_at desc);
