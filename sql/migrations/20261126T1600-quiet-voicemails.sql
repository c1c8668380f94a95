-- Why: a whisper is kept although it may be taken for silence, and whoever listens should know to turn the volume up.

alter table voicemail add column is_quiet boolean not null default false;
comment on column voicemail.is_quiet is 'nothing in it is as loud as a voice usually is: whispered, or perhaps nothing was said';
