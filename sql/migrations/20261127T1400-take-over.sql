-- Why: several processes share one Asterisk, and one of them dies while people are on the line: another takes its calls over. Whoever was
-- only taken for dead must find out that they are another's by now.

alter table service_instance
  add column taken_over_at timestamptz;
comment on column service_instance.taken_over_at is 'when another process took its calls over; null again as soon as it says that it lives';

alter table call
  add column taken_over_at timestamptz;
comment on column call.taken_over_at is 'since when the process named in instance has it, in place of one that died; null: it began there. Product''s calendar, as the call''s own times';
