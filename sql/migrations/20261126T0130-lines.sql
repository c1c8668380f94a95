-- Why: lines are set up by people on a screen: hours differ by weekday, public holidays come from a region's calendar beside our own
-- list, a number can be replaced by another, and the screen says what Asterisk has not been told yet.

create table country_period (
  country_id text not null references country (id),
  weekday smallint not null check (weekday between 1 and 7),
  opens_at_local time not null,
  closes_at_local time not null,
  primary key (country_id, weekday, opens_at_local),
  check (opens_at_local < closes_at_local)
);
comment on table country_period is 'wall times of the weekdays whose hours differ from the country''s usual ones (country.opens_at_local to closes_at_local)';
comment on column country_period.weekday is 'ISO weekday, 1 Monday to 7 Sunday';

create table region_holiday (
  country_id text not null references country (id),
  holiday_date date not null,
  name text not null,
  own_name text,
  primary key (country_id, holiday_date)
);
comment on table region_holiday is 'public holidays of country.holiday_region, worked out ahead by date-holidays and kept, so that no call waits for it; country_holiday overrules it';
comment on column region_holiday.name is 'in English';
comment on column region_holiday.own_name is 'in the region''s own language, where it differs';

alter table country add column region_holidays_until date;
comment on column country.region_holidays_until is 'last day that region_holiday covers; null: not worked out yet';

alter table trunk
  add column told_fingerprint text,
  add column told_at timestamptz;
comment on column trunk.told_fingerprint is 'of what Asterisk''s configuration was last made from; another one now: Asterisk has not heard of a change';

-- A number that is replaced keeps its line's calls, texts and PINs.
do $$
declare
  reference record;
begin
  for reference in
    select conrelid::regclass as referring, conname, pg_get_constraintdef(oid) as definition
    from pg_constraint
    where confrelid = 'country_line'::regclass and contype = 'f' and confupdtype = 'a'
  loop
    execute format('alter table %s drop constraint %I', reference.referring, reference.conname);
    execute format('alter table %s add constraint %I %s on update cascade', reference.referring, reference.conname, reference.definition);
  end loop;
end
$$;
