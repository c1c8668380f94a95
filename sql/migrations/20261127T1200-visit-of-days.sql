-- A visit may take several days: day +5 counts from the last of them.
alter table audit add column last_date date;
alter table audit add constraint audit_last_date_check check (last_date > audit_date and last_date <= audit_date + 30);
comment on column audit.audit_date is 'first day of the visit, in the factory''s zone';
comment on column audit.last_date is 'its last day, from which day +5 counts; null: it takes one day';
comment on column audit.auditor_user_id is 'who does the visit; null: nobody is named';
