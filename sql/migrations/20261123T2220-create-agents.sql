-- Why: Postgres is the only truth about agents'' phones; they are pushed to Asterisk after every connect.

create table agent (
  user_id uuid primary key references app_user (id),
  sip_user text not null unique check (sip_user ~ '^agent-[a-z0-9]{4,24}$'),
  sip_password_digest text not null check (sip_password_digest ~ '^[0-9a-f]{32}$'),
  country_ids text[] not null check (cardinality(country_ids) > 0),
  language_codes text[] not null check (cardinality(language_codes) > 0),
  status text not null default 'away' check (status in ('free', 'on-call', 'wrap-up', 'break', 'away')),
  status_since timestamptz not null default now(),
  is_phone_reachable boolean not null default false,
  retired_at timestamptz,
  created_at timestamptz not null default now()
);
comment on column agent.sip_password_digest is 'MD5 of user:realm:password as SIP digest wants it (realm "ringback"); the password itself is never stored';
comment on column agent.retired_at is 'the phone was taken away; the row stays because calls and attempts name it';
-- dispatcher: who has been free longest
create index agent_free_idx on agent (status_since) where status = 'free' and retired_at is null;
