-- Why: who did, or read, what and when. Rows are written in the change's own transaction and chained within a second by one
-- sealer, so that commits do not queue behind each other for the chain's end.

create table activity (
  id uuid primary key default uuidv7(),
  happened_at timestamptz not null default clock_timestamp(),
  actor_user_id uuid references app_user (id),
  action text not null check (action ~ '^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$'),
  subject_kind text not null check (subject_kind ~ '^[a-z][a-z-]{1,40}$'),
  subject_id text not null check (length(subject_id) between 1 and 100),
  detail jsonb not null default '{}' check (jsonb_typeof(detail) = 'object')
);
comment on column activity.actor_user_id is 'null: the service itself';
comment on column activity.action is 'area and past tense: callback.claimed, voicemail.played';
comment on column activity.detail is 'ids, counts and states; never a phone number, a name or an answer';
create index activity_happened_idx on activity (happened_at desc, id);
create index activity_subject_idx on activity (subject_kind, subject_id, happened_at desc);

create table activity_link (
  position bigint primary key check (position > 0),
  activity_id uuid not null unique references activity (id),
  hash bytea not null check (octet_length(hash) = 32),
  sealed_at timestamptz not null default clock_timestamp()
);
comment on table activity_link is 'the chain: hash = keyed hash of the previous hash, the position and the row';

create table activity_unsealed (
  activity_id uuid primary key references activity (id)
);
comment on table activity_unsealed is 'written by trigger with each row, emptied by the sealer: finds the unchained without reading the whole log';

create function activity_enqueue() returns trigger language plpgsql as $$
begin
  insert into activity_unsealed (activity_id) values (new.id);
  return null;
end $$;
create trigger activity_enqueue after insert on activity for each row execute function activity_enqueue();

-- The time is the database's own, whatever the writer said.
create function activity_stamp() returns trigger language plpgsql as $$
begin
  new.happened_at := clock_timestamp();
  return new;
end $$;
create trigger activity_stamp before insert on activity for each row execute function activity_stamp();

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger activity_append_only before update or delete or truncate on activity
  for each statement execute function refuse_change();
create trigger activity_link_append_only before update or delete or truncate on activity_link
  for each statement execute function refuse_change();
