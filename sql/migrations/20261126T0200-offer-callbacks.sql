-- Why: due callbacks are offered to whoever is free. What came of each offer is kept, so that the next one goes to somebody else,
-- and one agent has one offer, one callback one agent, whatever several processes do at once.

alter table agent add column call_mode text not null default 'preview' check (call_mode in ('manual', 'preview', 'progressive'));
comment on column agent.call_mode is 'manual: takes callbacks from the list; preview: is shown one and accepts it; progressive: the phone rings at once';
alter table agent add column missed_offers integer not null default 0 check (missed_offers >= 0);
comment on column agent.missed_offers is 'offers let pass in a row, since the agent last did anything; with two they are shown no more until they do';
-- Whoever works already goes on as before, until somebody chooses.
update agent set call_mode = 'manual';

alter table country add column offer_seconds integer not null default 20 check (offer_seconds between 5 and 120);
comment on column country.offer_seconds is 'how long a callback is shown to an agent before it goes to the next';

create table callback_offer (
  id uuid primary key default uuidv7(),
  callback_id uuid not null references callback (id),
  agent_user_id uuid not null references agent (user_id),
  mode text not null check (mode in ('preview', 'progressive')),
  offered_at timestamptz not null default clock_timestamp(),
  open_until timestamptz not null,
  ended_at timestamptz,
  ended_as text check (ended_as in ('accepted', 'rung', 'declined', 'lapsed', 'withdrawn')),
  check ((ended_at is null) = (ended_as is null)),
  check (open_until > offered_at)
);
comment on table callback_offer is 'real time throughout: what is offered to whom, and what came of it; kept for a month';
comment on column callback_offer.ended_as is 'accepted by the agent; rung: their phone rang at once; declined; lapsed: no answer in time; withdrawn: the callback or the agent was needed elsewhere';
create unique index callback_offer_one_per_callback_idx on callback_offer (callback_id) where ended_at is null;
create unique index callback_offer_one_per_agent_idx on callback_offer (agent_user_id) where ended_at is null;
-- dispatcher: whom a callback passed by lately
create index callback_offer_passed_idx on callback_offer (callback_id, agent_user_id, ended_at);
alter table callback add column promise_until timestamptz not null default 'infinity';
comment on column callback.promise_until is 'end of the hours the callback falls due in, kept by a trigger: of what is due, the promise that ends first is rung first';

-- Only for the order: whether it may ring is decided by callbacks/rules.ts. A slot ends when its worker said, else the country's day does.
create function callback_set_promise() returns trigger language plpgsql as $$
declare
  zone text := new.time_zone;
  closes text := new.slot ->> 'endLocal';
  due_day date;
  day_ends timestamptz;
begin
  if closes is null then
    select time_zone, to_char(closes_at_local, 'HH24:MI') into zone, closes from country where id = new.country_id;
  end if;
  due_day := (new.due_at at time zone zone)::date;
  -- 23:59 means midnight: wall clocks have no 24:00.
  day_ends := case when closes = '23:59' then (due_day + 1)::timestamp at time zone zone else (due_day + closes::time) at time zone zone end;
  new.promise_until := greatest(new.due_at, least(day_ends, new.expires_at));
  return new;
end
$$;
create trigger callback_promise before insert or update of due_at, slot, time_zone, expires_at on callback
  for each row execute function callback_set_promise();
update callback set due_at = due_at where closed_at is null;

drop index callback_due_idx;
-- dispatcher: what is due, the promise that ends first before the others, per country and language
create index callback_due_idx on callback (country_id, language_code, promise_until, due_at, id) where status = 'waiting' and held_reason is null;
-- dispatcher: when the next one falls due
create index callback_next_due_idx on callback (due_at) where status = 'waiting' and held_reason is null;
-- dispatcher: what is kept for the agent who knows it
create index callback_preferred_idx on callback (preferred_agent_user_id, due_at) where status = 'waiting' and held_reason is null and preferred_agent_user_id is not null;
