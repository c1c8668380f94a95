-- Why: what a process still has to tell of its calls waits on its own disk. Before an attempt is given up as unknown, the others
-- must know whether its end may lie there.

create table service_instance (
  instance text primary key check (instance ~ '^[0-9]{1,6}$'),
  seen_at timestamptz not null,
  told_at timestamptz not null
);
comment on table service_instance is 'one row per running service process; taken away by an orderly stop that left nothing on disk';
comment on column service_instance.seen_at is 'when it last said that it lives, on the database''s clock';
comment on column service_instance.told_at is 'everything that its calls did until then is in the database; -infinity: it has not said so yet';
