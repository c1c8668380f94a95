-- Why: an answering machine must be told nothing. Asterisk can listen to who answers before anybody else does; it errs, and a live worker
-- waits for it, so it is off until a country wants it (docs/decisions/machine-detection.md has the figures).

alter table country add column detects_machines boolean not null default false;
comment on column country.detects_machines is 'who answers a call out is listened to for up to five seconds before the agent hears them; a machine is hung up on silently';
