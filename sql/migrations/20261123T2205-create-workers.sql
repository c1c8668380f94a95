-- Why: the vault. A number is its own row, encrypted, found by a keyed hash, shown to nobody; several workers may share one.

create table phone_number (
  id uuid primary key default uuidv7(),
  blind_index bytea not null unique check (octet_length(blind_index) = 32),
  country_id text not null references country (id),
  data_key_id uuid not null,
  e164_sealed bytea not null,
  last_rung_at timestamptz,
  never_call_since timestamptz,
  created_at timestamptz not null default now()
);
comment on column phone_number.blind_index is 'HMAC-SHA-256 of the E.164 number under the blind-index key';
comment on column phone_number.last_rung_at is 'the last ring without a conversation, whoever it was for: 90 minutes and two a day are kept per number';
comment on column phone_number.never_call_since is 'set by a refusal or a duress word; nothing rings this number after it';

create table worker (
  id uuid primary key default uuidv7(),
  phone_number_id uuid references phone_number (id),
  data_key_id uuid not null,
  origin text not null check (origin in ('roster', 'caller')),
  alias_sealed bytea,
  language_code text references language (code),
  country_id text not null references country (id),
  factory_id uuid,
  refused_at timestamptz,
  created_at timestamptz not null default now()
);
comment on column worker.origin is 'roster: interviewed in an audit; caller: rang or wrote to us first';
create index worker_phone_number_idx on worker (phone_number_id);
-- one unnamed caller per number: a second message from the same phone joins the first
create unique index worker_caller_per_number_idx on worker (phone_number_id) where origin = 'caller';
