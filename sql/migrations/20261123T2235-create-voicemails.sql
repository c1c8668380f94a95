-- Why: what a worker leaves, encrypted in chunks so that a part can be played without opening the whole.

create table recording (
  id uuid primary key default uuidv7(),
  data_key_id uuid not null,
  media_type text not null check (media_type in ('audio/wav')),
  byte_length bigint not null check (byte_length > 0),
  chunk_bytes integer not null check (chunk_bytes > 0),
  duration_ms integer not null check (duration_ms >= 0),
  spool_name text not null unique,
  created_at timestamptz not null default now()
);
comment on column recording.byte_length is 'of the plain audio';
comment on column recording.spool_name is 'the PBX''s own name for it; makes a second ingest of the same file a no-op';

create table recording_chunk (
  recording_id uuid not null references recording (id) on delete cascade,
  sequence integer not null check (sequence >= 0),
  sealed bytea not null,
  primary key (recording_id, sequence)
);

create table voicemail (
  id uuid primary key default uuidv7(),
  call_id uuid not null references call (id),
  recording_id uuid not null unique references recording (id),
  callback_id uuid references callback (id),
  country_id text not null references country (id),
  language_code text not null references language (code),
  is_cut_off boolean not null default false,
  left_at timestamptz not null,
  heard_at timestamptz,
  heard_by_user_id uuid references app_user (id),
  created_at timestamptz not null default now()
);
comment on column voicemail.callback_id is 'null when the number was withheld: nobody can be called back';
create index voicemail_left_idx on voicemail (country_id, left_at desc, id);
create index voicemail_callback_idx on voicemail (callback_id);
