-- Why: how a country answers its callers: which calls are free of charge to them, how long they may wait for an agent, and what
-- is done by text.

alter table country
  add column answering_mode text not null default 'answer' check (answering_mode in ('answer', 'free-announcement', 'ring-and-hang-up')),
  add column emergency_number text check (emergency_number ~ '^[0-9]{2,6}$'),
  add column queue_limit_seconds integer not null default 120 check (queue_limit_seconds between 0 and 900),
  add column missed_call_window_minutes integer not null default 60 check (missed_call_window_minutes between 1 and 1440),
  add column is_text_reply_on boolean not null default false,
  add column holiday_region text check (holiday_region ~ '^[A-Z]{2}(-[A-Z0-9]{1,3})?$');
comment on column country.answering_mode is
  'answer: as usual; free-announcement: a sentence before the answer, so that it costs the caller nothing, then rejected and called back; ring-and-hang-up: rejected unanswered and called back';
comment on column country.emergency_number is 'said when the hotline is closed; null: not said';
comment on column country.queue_limit_seconds is 'longest wait for an agent before the caller is asked for a message; 0: agents are not rung';
comment on column country.missed_call_window_minutes is 'further missed calls of a number within it join the first one''s callback';
comment on column country.is_text_reply_on is 'a neutral sentence answers each text in its language';
comment on column country.holiday_region is 'date-holidays'' name of the country, or one of its regions, whose public holidays are closed days; null: only the listed ones';

alter table country_holiday add column is_open boolean not null default false;
comment on column country_holiday.is_open is 'true: the hotline works on this day though the region''s calendar calls it a holiday';
