-- Why: printed cards are handed out at a visit, and a planner must know which were: how many, in which language, on which day.
-- A card carries nothing that tells one from another, so a batch is a count and no card has a row.

create table card_batch (
  id uuid primary key default uuidv7(),
  audit_id uuid not null references audit (id),
  language_code text not null references language (code),
  cards integer not null check (cards between 1 and 10000),
  did text not null check (did ~ '^\+[1-9][0-9]{6,14}$'),
  issued_by uuid not null references app_user (id),
  issued_at timestamptz not null,
  withdrawn_at timestamptz,
  created_at timestamptz not null default now()
);
comment on table card_batch is 'cards issued at one visit in one language';
comment on column card_batch.did is 'our number (E.164) printed on them, kept even if the country''s number changes later';
comment on column card_batch.withdrawn_at is 'recorded by mistake, or collected again; counts no more';
-- a visit's screen: its batches, newest first
create index card_batch_audit_idx on card_batch (audit_id, issued_at desc);
