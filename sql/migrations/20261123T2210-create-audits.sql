-- Why: client -> factory -> audit -> roster; closing an audit plans one callback per interviewed worker.

create table client (
  id uuid primary key default uuidv7(),
  name text not null unique check (length(name) between 1 and 200),
  callback_offset_days integer not null default 5 check (callback_offset_days between 1 and 30),
  created_at timestamptz not null default now()
);

create table factory (
  id uuid primary key default uuidv7(),
  client_id uuid not null references client (id),
  name text not null check (length(name) between 1 and 200),
  country_id text not null references country (id),
  time_zone text not null,
  language_codes text[] not null check (cardinality(language_codes) > 0),
  created_at timestamptz not null default now(),
  unique (client_id, name)
);

alter table worker add constraint worker_factory_fk foreign key (factory_id) references factory (id);

create table audit (
  id uuid primary key default uuidv7(),
  factory_id uuid not null references factory (id),
  audit_date date not null,
  status text not null default 'open' check (status in ('open', 'closed')),
  auditor_user_id uuid references app_user (id),
  closed_at timestamptz,
  created_at timestamptz not null default now(),
  check ((status = 'closed') = (closed_at is not null))
);
comment on column audit.audit_date is 'calendar day in the factory''s zone; day +5 counts from here';
create index audit_factory_idx on audit (factory_id, audit_date desc);

create table interview (
  id uuid primary key default uuidv7(),
  audit_id uuid not null references audit (id),
  worker_id uuid not null references worker (id),
  slot jsonb not null,
  is_shared_phone boolean not null default false,
  consent_mode text not null check (consent_mode in ('spoken', 'written')),
  may_show_card_number boolean not null default false,
  created_at timestamptz not null default now(),
  unique (audit_id, worker_id)
);
comment on table interview is 'one line of the roster';
comment on column interview.slot is '{ date?: "YYYY-MM-DD", weekdays?: [1..7], startLocal: "HH:mm", endLocal: "HH:mm" } in the factory''s zone';
