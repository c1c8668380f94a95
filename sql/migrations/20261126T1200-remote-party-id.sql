-- Why: some carriers believe no header but the older Remote-Party-ID when they are told which of a customer's numbers calls.

alter table trunk drop constraint trunk_identity_header_check;
alter table trunk add constraint trunk_identity_header_check
  check (identity_header in ('P-Asserted-Identity', 'P-Preferred-Identity', 'Remote-Party-ID'));
comment on column trunk.identity_header is 'a header that names our number besides From, which always does; null: none';
