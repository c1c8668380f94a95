-- Why: carriers differ in transport, log-in and the form of numbers; asterisk-config/carrier-ways.ts says what each setting does.

alter table trunk
  add column transport text not null default 'udp' check (transport in ('udp', 'tcp', 'tls')),
  add column media_encryption text not null default 'none' check (media_encryption in ('none', 'offered', 'required')),
  add column number_format text not null default 'e164' check (number_format in ('e164', 'digits', 'national')),
  add column dial_prefix text not null default '' check (dial_prefix ~ '^[0-9]{0,10}$'),
  add column identity_header text check (identity_header in ('P-Asserted-Identity', 'P-Preferred-Identity')),
  add column session_timers text not null default 'accept' check (session_timers in ('off', 'accept', 'require')),
  add column answers_options boolean not null default true,
  add column further_sources text[] not null default '{}',
  add column login_user text,
  add column login_data_key_id uuid,
  add column login_password_sealed bytea,
  add constraint trunk_prefix_fits_format check (dial_prefix = '' or number_format <> 'e164'),
  add constraint trunk_login_whole check (
    (login_user is null) = (login_password_sealed is null) and (login_user is null) = (login_data_key_id is null)
  );
comment on column trunk.further_sources is 'IP addresses besides carrier_host that the carrier''s calls come from';
comment on column trunk.answers_options is 'false: its state cannot be asked and is taken for good';
comment on column trunk.login_password_sealed is 'the password we log in at the carrier with; leaves the database for Asterisk''s configuration only';
