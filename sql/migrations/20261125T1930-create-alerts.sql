-- Why: what a person must know now (a number is silent, the disk fills, a trunk is paused) stands on the board until it is
-- over, and what is critical until somebody has said that they saw it.

create table alert (
  id uuid primary key default uuidv7(),
  kind text not null check (kind ~ '^[a-z]+(-[a-z]+)*$' and length(kind) <= 40),
  subject text not null check (subject ~ '^[A-Za-z0-9][A-Za-z0-9-]{0,60}$'),
  severity text not null check (severity in ('critical', 'warning')),
  message text not null check (length(message) between 1 and 300),
  country_id text references country (id),
  is_happening boolean not null default false,
  times integer not null default 1 check (times > 0),
  raised_at timestamptz not null default now(),
  last_raised_at timestamptz not null default now(),
  acknowledged_at timestamptz,
  acknowledged_by_user_id uuid references app_user (id),
  resolved_at timestamptz,
  closed_at timestamptz,
  check ((acknowledged_at is null) = (acknowledged_by_user_id is null)),
  check (closed_at is null or resolved_at is not null or acknowledged_at is not null),
  check (closed_at is null or severity = 'warning' or acknowledged_at is not null)
);
comment on column alert.subject is 'what it is about, by a name or id: trunk, country and line, instance; never a phone number';
comment on column alert.message is 'one English sentence for whoever must act; no number, name or answer';
comment on column alert.country_id is 'null: of the machine, for administrators';
comment on column alert.is_happening is 'true: something that happened once and is over; false: a state that is resolved when it ends';
comment on column alert.times is 'how often it was raised while it was open';
comment on column alert.closed_at is 'off the board. A critical one is never closed before a person has acknowledged it';

-- raise, resolve: the one open alert of a kind and subject
create unique index alert_one_open_idx on alert (kind, subject) where closed_at is null;
-- the list: newest first
create index alert_raised_idx on alert (raised_at desc, id);
