-- Why: a year of visits is gone through on a few days of the demo's calendar: it stands while calls are made, and is stepped.

alter table installation add column clock_stands_at timestamptz;
alter table installation add check (data_kind = 'demo' or clock_stands_at is null);
comment on column installation.clock_stands_at is 'the product''s calendar clock stands at this instant; null: it runs, at clock_offset_ms from real time';
