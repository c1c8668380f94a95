-- Why: a call is understood by the number that was dialled: number -> country -> languages, hours, trunk.

create table language (
  code text primary key check (code ~ '^[a-z]{2,3}$'),
  own_name text not null,
  direction text not null check (direction in ('ltr', 'rtl')),
  is_tall_script boolean not null default false
);
comment on column language.own_name is 'what its speakers call it; shown to auditors and workers';
comment on column language.is_tall_script is 'needs a line height of 1.8 (Burmese, Khmer, Nastaliq, Tamil)';

create table country (
  id text primary key check (id ~ '^[A-Z]{2}$'),
  name text not null,
  calling_code text not null check (calling_code ~ '^[1-9][0-9]{0,2}$'),
  time_zone text not null,
  language_codes text[] not null check (cardinality(language_codes) between 1 and 9),
  opens_at_local time not null default '09:00',
  closes_at_local time not null default '21:00',
  open_weekdays smallint[] not null default '{1,2,3,4,5,6,7}',
  ring_timeout_seconds integer not null default 30 check (ring_timeout_seconds between 5 and 120),
  max_attempts integer not null default 4 check (max_attempts between 1 and 10),
  created_at timestamptz not null default now(),
  check (opens_at_local < closes_at_local)
);
comment on column country.time_zone is 'IANA zone, for the hotline''s own hours; a worker''s slot uses the factory''s zone';
comment on column country.language_codes is 'order of the language menu: first is key 1';
comment on column country.opens_at_local is 'wall time; calls to workers are allowed between opens_at_local and closes_at_local';
comment on column country.open_weekdays is 'ISO weekdays, 1 Monday to 7 Sunday';

create table country_holiday (
  country_id text not null references country (id),
  holiday_date date not null,
  name text not null,
  primary key (country_id, holiday_date)
);
comment on column country_holiday.holiday_date is 'calendar day in the country''s zone';

create table trunk (
  id text primary key check (id ~ '^[a-z][a-z0-9-]{1,30}$'),
  country_id text not null references country (id),
  carrier_host text not null,
  carrier_port integer not null check (carrier_port between 1 and 65535),
  max_channels integer not null default 30 check (max_channels between 1 and 500),
  max_calls_per_hour integer not null default 600 check (max_calls_per_hour > 0),
  max_minutes_per_day integer not null default 3000 check (max_minutes_per_day > 0),
  max_call_seconds integer not null default 3600 check (max_call_seconds between 60 and 14400),
  paused_at timestamptz,
  paused_reason text,
  resumes_at timestamptz,
  created_at timestamptz not null default now(),
  check ((paused_at is null) = (paused_reason is null)),
  check (resumes_at is null or paused_at is not null)
);
comment on column trunk.carrier_host is 'address the carrier''s SIP comes from and goes to; identifies the trunk';
comment on column trunk.resumes_at is 'tried again by itself from then on; null while paused: only a person resumes it';
comment on column trunk.max_minutes_per_day is 'toll-fraud cap: conversation minutes a local day; over it the trunk pauses with an alarm';

create table country_line (
  did text primary key check (did ~ '^\+[1-9][0-9]{6,14}$'),
  country_id text not null references country (id),
  trunk_id text not null references trunk (id),
  kind text not null check (kind in ('card', 'callback')),
  fixed_language_code text references language (code),
  created_at timestamptz not null default now(),
  unique (country_id, kind)
);
comment on table country_line is 'the hotline''s own local numbers (E.164). card: printed and called by workers; callback: shown when we call, printed nowhere';
