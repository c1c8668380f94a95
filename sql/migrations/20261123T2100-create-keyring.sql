-- Why: erasing is destroying a key. Wrapped data keys live in a schema of their own that data backups leave out and that is
-- backed up apart; so no table may point here with a foreign key, it would break a restore without this schema.

create schema keyring;

create table keyring.data_key (
  id uuid primary key,
  purpose text not null check (purpose ~ '^[a-z][a-z-]{1,40}$'),
  master_key_id text check (master_key_id ~ '^[0-9a-f]{16}$'),
  wrapped bytea,
  created_at timestamptz not null default now(),
  destroyed_at timestamptz,
  check ((destroyed_at is not null) = (wrapped is null)),
  check ((destroyed_at is not null) = (master_key_id is null))
);
comment on column keyring.data_key.purpose is 'what it is for: worker, case, phone-number, recording';
comment on column keyring.data_key.master_key_id is 'which master key wraps it: first 8 bytes of a hash of that key, hex';
comment on column keyring.data_key.wrapped is 'version, iv, tag, ciphertext of the 32-byte key; null once destroyed';
-- master key rotation: the keys still under an old master key
create index data_key_master_idx on keyring.data_key (master_key_id) where destroyed_at is null;

-- A destroyed key stays destroyed, and no row disappears: "destroyed" and "never existed" are different answers.
create function keyring.keep_destroyed() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'a data key is destroyed, not deleted' using errcode = 'restrict_violation';
  end if;
  if old.destroyed_at is not null then
    raise exception 'a destroyed data key stays destroyed' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger data_key_keep_destroyed before update or delete on keyring.data_key
  for each row execute function keyring.keep_destroyed();
