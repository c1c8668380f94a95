-- Why: what is known of the countries is read for every step of every call and changes a few times a month. Each process keeps it in
-- memory under a mark of these tables as they are, and reads it anew when the mark is another.

create table country_mark (
  mark bigint not null
);
comment on table country_mark is 'one random number for each change of the tables that say when and how a country calls. All of those that are visible, xor-ed, name what those tables hold: also inside a transaction, and whichever commits first. Nobody waits for anybody';

create function mark_country_change() returns trigger language plpgsql as $$
begin
  insert into country_mark (mark) values (hashtextextended(gen_random_uuid()::text, 0));
  return null;
end
$$;

create trigger country_marked after insert or update or delete or truncate on country for each statement execute function mark_country_change();
create trigger country_line_marked after insert or update or delete or truncate on country_line for each statement execute function mark_country_change();
create trigger country_period_marked after insert or update or delete or truncate on country_period for each statement execute function mark_country_change();
create trigger country_holiday_marked after insert or update or delete or truncate on country_holiday for each statement execute function mark_country_change();
create trigger region_holiday_marked after insert or update or delete or truncate on region_holiday for each statement execute function mark_country_change();
create trigger trunk_marked after insert or update or delete or truncate on trunk for each statement execute function mark_country_change();
-- What is there already.
insert into country_mark (mark) values (hashtextextended(gen_random_uuid()::text, 0));
