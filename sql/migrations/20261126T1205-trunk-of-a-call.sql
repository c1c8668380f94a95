-- Why: a conversation with a worker who rang in takes up a channel of the trunk they came by, not of the country's first.

alter table call add column trunk_id text references trunk (id);
comment on column call.trunk_id is 'the trunk an incoming call came by; null: out, or told before this was noted';
-- is a call going on over this trunk
create index call_trunk_open_idx on call (trunk_id) where ended_at is null and trunk_id is not null;
