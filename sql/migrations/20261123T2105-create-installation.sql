-- Why: facts about this installation as a whole, and the heartbeat its processes share.

create table installation (
  is_only_row boolean primary key default true check (is_only_row),
  data_kind text not null default 'real' check (data_kind in ('demo', 'real')),
  clock_offset_ms bigint not null default 0,
  created_at timestamptz not null default now(),
  check (data_kind = 'demo' or clock_offset_ms = 0)
);
comment on column installation.data_kind is 'demo: made-up people; only then may the calendar clock be set';
comment on column installation.clock_offset_ms is 'the product''s calendar clock minus real time; shared by all processes';
insert into installation default values;

create table heartbeat (
  tick_minute timestamptz primary key,
  instance text not null,
  created_at timestamptz not null default now()
);
comment on table heartbeat is 'one row per minute that some process worked; the insert that wins runs the minute''s tasks';
