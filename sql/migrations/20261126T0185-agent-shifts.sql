-- Why: whether all promised callbacks fit depends on who works when. A week that repeats, and the days that differ from it.

create table agent_shift (
  id uuid primary key default uuidv7(),
  agent_user_id uuid not null references agent (user_id),
  country_id text not null references country (id),
  weekday smallint check (weekday between 1 and 7),
  shift_date date,
  starts_at_local time,
  ends_at_local time,
  created_at timestamptz not null default now(),
  check ((weekday is null) <> (shift_date is null)),
  check ((starts_at_local is null) = (ends_at_local is null)),
  check (starts_at_local < ends_at_local),
  check (weekday is null or starts_at_local is not null)
);
comment on table agent_shift is 'an agent without any row for a country works whenever that country may be called';
comment on column agent_shift.weekday is 'ISO weekday, 1 Monday to 7 Sunday: every week';
comment on column agent_shift.shift_date is 'calendar day in the country''s zone: that day goes by these rows instead of the week';
comment on column agent_shift.starts_at_local is 'wall time in the country''s zone; null: off on that day';
comment on column agent_shift.ends_at_local is 'wall time; 23:59 means midnight';
-- feasibility, the shifts' page
create index agent_shift_agent_idx on agent_shift (agent_user_id, country_id);
