-- Why: one carrier's bad hour must not stop a country. Calls out go over the country's next trunk, within the same attempt, and the
-- ledger says which trunk failed and which was used.

alter table trunk add column dial_order integer not null default 1 check (dial_order between 1 and 99);
comment on column trunk.dial_order is 'calls out try the country''s trunks in this order, those of one place by their id';
-- Until now calls went out over the trunk of the callback number.
update trunk set dial_order = 2
where not exists (select from country_line where trunk_id = trunk.id and kind = 'callback');

create table trunk_failure (
  attempt_id uuid not null references attempt (id),
  trunk_id text not null references trunk (id),
  failed_at timestamptz not null,
  hangup_cause integer,
  sip_status integer,
  primary key (attempt_id, trunk_id)
);
comment on table trunk_failure is 'a trunk over which a call out failed before anything rang, so that the attempt went on over the next one';
comment on column attempt.trunk_id is 'the trunk the worker was called over; where others failed before anything rang (trunk_failure), the last one tried';
-- how a trunk fared lately
create index trunk_failure_trunk_idx on trunk_failure (trunk_id, failed_at desc);
