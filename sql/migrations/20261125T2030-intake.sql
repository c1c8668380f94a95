-- Why: an auditor's phone takes workers without a connection and seals each entry to a public key of ours at once. Entries
-- arrive late, twice and in parts; each is taken once. What cannot go on the list is kept, sealed as it came, for a supervisor.

create table intake_key (
  id uuid primary key,
  public_key bytea not null check (octet_length(public_key) = 65),
  data_key_id uuid not null,
  private_key_sealed bytea not null,
  created_at timestamptz not null default now(),
  retired_at timestamptz
);
comment on column intake_key.public_key is 'P-256, uncompressed point; given to the phones of auditors';
comment on column intake_key.private_key_sealed is 'sealed under data_key_id, which the master key wraps; opens what phones sealed';
comment on column intake_key.retired_at is 'phones are given a newer one; what was sealed to this one still opens';
-- one key is handed out at a time
create unique index intake_key_current_idx on intake_key ((true)) where retired_at is null;

create table intake_entry (
  id uuid primary key,
  audit_id uuid not null references audit (id),
  auditor_user_id uuid not null references app_user (id),
  intake_key_id uuid not null references intake_key (id),
  status text not null check (status in ('accepted', 'kept', 'discarded')),
  is_duplicate_number boolean not null default false,
  reason_code text,
  reason text check (length(reason) between 1 and 300),
  sealed bytea check (octet_length(sealed) <= 16384),
  created_at timestamptz not null default now(),
  settled_at timestamptz,
  settled_by_user_id uuid references app_user (id),
  check ((status = 'kept') = (sealed is not null)),
  check (status <> 'kept' or (reason is not null and reason_code is not null))
);
comment on table intake_entry is 'what arrived from auditors'' phones: an entry sent again finds its row and is not taken twice';
comment on column intake_entry.id is 'made on the phone';
comment on column intake_entry.sealed is 'the envelope as it came, only while it is kept; bound to audit, entry, key and auditor';
comment on column intake_entry.reason is 'why it is not on the list, one English sentence; never the number';
comment on column intake_entry.settled_at is 'a supervisor put it on the list after all, or discarded it';
-- the visit's page: entries a supervisor must decide on
create index intake_entry_kept_idx on intake_entry (audit_id) where status = 'kept';

alter table worker add column code_word_sealed bytea;
comment on column worker.code_word_sealed is 'a word agreed with the auditor, by which the worker knows that it is us; optional';

alter table interview add column consent_text_version integer check (consent_text_version > 0);
comment on column interview.consent_text_version is 'which wording of the consent text the worker heard or read; null: not from the phone page';
