-- Why: who may sign in, as what, and for how long.

create table app_user (
  id uuid primary key default uuidv7(),
  email text not null constraint app_user_email_key unique check (email = lower(email) and length(email) between 3 and 254),
  display_name text not null check (length(display_name) between 1 and 100),
  role text not null check (role in ('agent', 'supervisor', 'case-handler', 'auditor', 'custodian', 'client', 'administrator')),
  password_hash text not null,
  country_ids text[] not null default '{}',
  factory_ids uuid[] not null default '{}',
  client_id uuid,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((role = 'client') = (client_id is not null))
);
comment on column app_user.password_hash is 'argon2id in PHC form, made by node:crypto';
comment on column app_user.country_ids is 'rows this user may see, by country; empty: none, except for roles that are not bound to countries';
comment on column app_user.factory_ids is 'rows an auditor may see, by factory';
comment on column app_user.client_id is 'the brand a client user belongs to; no foreign key because clients come in a later migration';

create table user_session (
  id uuid primary key default uuidv7(),
  user_id uuid not null references app_user (id),
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  user_agent text not null check (length(user_agent) <= 200),
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz
);
comment on column user_session.token_hash is 'SHA-256 of the 256-bit token; the token itself is only in the cookie';
comment on column user_session.expires_at is 'absolute end, 12 h after sign-in; idle end is 30 min after last_seen_at';
-- a user's own list, and revoking all of them
create index user_session_user_idx on user_session (user_id) where revoked_at is null;

create table sign_in_delay (
  key bytea primary key check (octet_length(key) = 32),
  attempts integer not null default 0 check (attempts >= 0),
  last_attempt_at timestamptz not null default now(),
  blocked_until timestamptz not null default '-infinity'
);
comment on table sign_in_delay is 'slows guessing; one row per account tried and one per address, known or not';
comment on column sign_in_delay.key is 'keyed hash of "account:<email>" or "address:<ip>"';
comment on column sign_in_delay.attempts is 'tries that were not followed by success; forgotten after an hour of quiet';
-- nightly: forget what has been quiet
create index sign_in_delay_last_idx on sign_in_delay (last_attempt_at);
