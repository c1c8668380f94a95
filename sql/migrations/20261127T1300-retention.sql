-- Why: what workers said is kept as long as their programme needs it, and not a day longer. Whoever is due is announced first, so that
-- a term that was mistyped can be put right before anything is gone.

alter table client add column retention_months integer not null default 24 check (retention_months between 1 and 120);
comment on column client.retention_months is 'how long after the last thing that happened with a worker what they said is kept';

alter table worker add column erase_after timestamptz, add column erased_at timestamptz;
comment on column worker.erase_after is 'announced: their term is over, and from then on they are erased unless something happened meanwhile';
comment on column worker.erased_at is 'their keys are destroyed: no number, alias, word or sound is left, only that there was somebody';
create index worker_erase_after_idx on worker (erase_after) where erase_after is not null;
-- who may have become due: the oldest first
create index worker_kept_idx on worker (created_at) where erased_at is null;

alter table phone_number add column erased_at timestamptz;
comment on column phone_number.erased_at is 'its key is destroyed. Where it asked not to be called or written to, the index stays, so that this goes on being so';

create table retention_run (
  day date primary key,
  announced integer not null default 0 check (announced >= 0),
  withdrawn integer not null default 0 check (withdrawn >= 0),
  erased integer not null default 0 check (erased >= 0),
  finished_at timestamptz
);
comment on table retention_run is 'one a night, whichever process it falls to';
comment on column retention_run.announced is 'workers who became due that night';
comment on column retention_run.withdrawn is 'workers announced before who are due no more: something happened, or the term is longer now';

-- all that is one worker's
create index callback_worker_idx on callback (worker_id);
create index callback_phone_number_idx on callback (phone_number_id);
create index interview_worker_idx on interview (worker_id);
create index text_conversation_worker_idx on text_conversation (worker_id) where worker_id is not null;
create index call_worker_idx on call (worker_id) where worker_id is not null;
create index call_phone_number_idx on call (phone_number_id) where phone_number_id is not null;
