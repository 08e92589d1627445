"""GharMitra's tables, by the names and types it gives them, in a shorthand of one word a column. Leaves nothing on disk.

``name:type``, then ``!`` must have a value, ``+`` indexed, ``*`` indexed and unique, ``>table`` refers to a table's id,
``>>table`` goes with it. Types: i, b(oolean), t(ext), j(SON), d(ate), m(oment), s with its longest length, n with its digits.
Every table has an id besides. GharMitra's second index of each id, which SQLite never uses, is left out.
"""

from __future__ import annotations

import re

import apsw

_TABLES = {
    "societies": """
        name:s100!+ address:t total_flats:i! min_vacancy_fee:n18 billing_config:t subscription_plan:s50 registration_no:s100
        pan_no:s20 reg_cert_url:s500 pan_card_url:s500 logo_url:s500 address_line:t pin_code:s10 city:s100 state:s100 email:s255
        landline:s20 mobile:s20 gst_registration_applicable:b! financial_year_start:d financial_year_end:d accounting_type:s7!
        bank_name:s200 bank_branch:s200 bank_account_number:s50 bank_ifsc_code:s20 upi_qr_code_url:s500 created_at:m!
        updated_at:m!
    """,
    "society_settings": """
        society_id:i!*>societies late_payment_penalty_type:s20 late_payment_penalty_value:n18 late_payment_grace_days:i
        interest_on_overdue:b! interest_rate:n18 gst_enabled:b! gst_number:s15 gst_rate:n18 tds_enabled:b! tds_rate:n18
        tds_threshold:n18 payment_gateway_enabled:b! payment_gateway_provider:s50 payment_gateway_key_id:s255
        payment_gateway_key_secret:s255 upi_enabled:b! upi_id:s100 bank_accounts:j vendor_approval_required:b!
        vendor_approval_workflow:s50 audit_trail_enabled:b! audit_retention_days:i billing_cycle:s20 auto_generate_bills:b!
        bill_due_days:i maintenance_calculation_logic:s20 maintenance_rate_sqft:n18 maintenance_rate_flat:n18
        sinking_fund_rate:n18 repair_fund_rate:n18 association_fund_rate:n18 corpus_fund_rate:n18 water_calculation_type:s20
        water_rate_per_person:n18 water_min_charge:n18 expense_distribution_logic:s20 fixed_expense_heads:j
        bill_to_bill_tracking:b! member_approval_required:b! tenant_expiry_reminder_days:i max_members_per_flat:i blocks_config:j
        transaction_date_lock_enabled:b! transaction_date_lock_months:i! onboarding_date:d notification_config:j
        complaint_config:j asset_config:j legal_config:j created_at:m! updated_at:m!
    """,
    "users": """
        society_id:i!+>societies email:s255!* password_hash:s255! name:s100! apartment_number:s50!+ phone_number:s20 role:s11!+
        terms_accepted:b! privacy_accepted:b! consent_timestamp:m consent_ip_address:s45 consent_version:s20 created_at:m!
        updated_at:m!
    """,
    "flats": """
        society_id:i!+>societies flat_number:s50!+ area_sqft:n18! bedrooms:i! owner_name:s100 owner_phone:s20 owner_email:s255
        occupants:i! occupancy_status:s15!+ created_at:m! updated_at:m!
    """,
    "members": """
        society_id:i!+>societies flat_id:i!+>flats user_id:i+>users name:s100! phone_number:s20!+ email:s255! member_type:s6!+
        occupation:s100 is_mobile_public:b! is_primary:b! move_in_date:d!+ move_out_date:d+ status:s20!+ clerk_user_id:s255*
        personal_account_code:s10+ total_occupants:i! created_at:m! updated_at:m!
    """,
    "vendors": """
        society_id:i!+>societies name:s100! category:s50 contact_person:s100 phone_number:s20 email:s100 address:t tax_id:s50
        opening_balance:n18 current_balance:n18 created_at:m updated_at:m
    """,
    "account_codes": """
        society_id:i!+>societies code:s10!+ name:s100! type:s9!+ description:t category:s100 opening_balance:n18!
        current_balance:n18! is_fixed_expense:b!+ utility_type:s50+ created_at:m! updated_at:m!
    """,
    "financial_years": """
        society_id:i!+>>societies year_name:s50! start_date:d! end_date:d! status:s17!+ provisional_close_date:d
        provisional_closed_by:i>users final_close_date:d final_closed_by:i>users audit_start_date:d audit_end_date:d
        auditor_name:s200 auditor_firm:s200 audit_report_date:d audit_report_file_url:s500 opening_balances_status:s11!
        is_active:b! is_closed:b! closed_at:m closed_by_user_id:i>users closing_notes:t closing_bank_balance:n15
        closing_cash_balance:n15 total_income:n15 total_expenses:n15 net_surplus_deficit:n15 created_at:m! updated_at:m!
    """,
    "opening_balances": """
        society_id:i!+>>societies financial_year_id:i!+>>financial_years account_head_id:i!>account_codes account_name:s200!
        opening_balance:n15! balance_type:s6! status:s11! calculated_from_previous_year:b! manual_entry:b! manual_entry_reason:t
        created_at:m! created_by:i>users finalized_at:m finalized_by:i>users
    """,
    "maintenance_bills": """
        society_id:i!+>societies flat_id:i!+>flats flat_number:s50!+ bill_number:s50* month:i!+ year:i!+ amount:n18!
        maintenance_amount:n18! water_amount:n18! fixed_amount:n18! sinking_fund_amount:n18! repair_fund_amount:n18!
        corpus_fund_amount:n18! arrears_amount:n18! late_fee_amount:n18! total_amount:n18! breakdown:j status:s6!+ due_date:d
        paid_date:d is_posted:b!+ posted_at:m created_at:m! updated_at:m!
    """,
    "payments": """
        society_id:i!+>>societies bill_id:i!+>>maintenance_bills flat_id:i!+>flats member_id:i!+>users receipt_number:s50!*
        payment_date:d!+ payment_mode:s13! amount:n15! transaction_reference:s200 bank_name:s200 remarks:t status:s9!
        transaction_id:i>transactions journal_entry_number:s50 receipt_generated:b! receipt_file_url:s500 receipt_sent_at:m
        late_fee_charged:n10! is_partial_payment:b! partial_payment_note:t created_at:m! created_by:i!>users recorded_by:i!>users
        updated_at:m!
    """,
    "online_payments": """
        society_id:i!+>>societies bill_id:i!+>>maintenance_bills flat_id:i!+>flats member_id:i!+>users gateway:s8!
        razorpay_order_id:s100+ razorpay_payment_id:s100+ razorpay_signature:s500 gateway_order_id:s200 gateway_payment_id:s200
        gateway_transaction_id:s200 amount:n15! currency:s3! convenience_fee:n10! total_amount:n15! status:s10!+
        payment_method:s10 payment_method_details:j customer_name:s200 customer_email:s200 customer_phone:s20 gateway_response:j
        error_code:s50 error_description:t is_refunded:b! refund_id:s100 refund_amount:n15 refund_date:m refund_reason:t
        payment_id:i>payments created_at:m!+ payment_initiated_at:m payment_completed_at:m expires_at:m webhook_received:b!
        webhook_received_at:m webhook_data:j ip_address:s50 user_agent:t notes:j
    """,
    "journal_entries": """
        society_id:i!+>societies entry_number:s50!* date:d!+ expense_month:s50 description:t! received_from:s100 total_debit:n18!
        total_credit:n18! is_balanced:b voucher_type:s8 is_reversed:b+ reversal_entry_id:i>journal_entries
        original_entry_id:i>journal_entries added_by:i!>users created_at:m! updated_at:m!
    """,
    "transactions": """
        society_id:i!+>societies document_number:s50* type:s7!+ category:s100!+ account_code:s10+ amount:n18! description:t!
        date:d!+ expense_month:s50 added_by:i!>users quantity:n18 unit_price:n18 debit_amount:n18 credit_amount:n18
        journal_entry_id:i+>journal_entries payment_method:s20 is_reversed:b+ vendor_id:i+>vendors flat_id:i+>flats created_at:m!
        updated_at:m!
    """,
    "voucher_attachments": """
        society_id:i!+>societies journal_entry_id:i!+>journal_entries file_name:s255! file_url:s500! file_size:i mime_type:s100
        uploaded_by:i!>users created_at:m!
    """,
    "complaints": """
        society_id:i!+>societies user_id:i!+>users type:s10! scope:s11! title:s200! description:t! status:s11! priority:s6!
        assigned_to:s100 resolution_notes:t created_at:m! updated_at:m!
    """,
    "meetings": """
        society_id:i!+>societies meeting_type:s12!+ meeting_number:s50+ meeting_date:d!+ meeting_time:s20 meeting_title:s200!
        venue:s200 notice_sent:b!+ notice_sent_at:m notice_sent_by:i>users notice_sent_to:s50 status:s9!+ total_members_eligible:i
        total_members_present:i! quorum_required:i quorum_met:b! minutes_text:t minutes_approved:b! minutes_approved_date:d
        recorded_by:s100 recorded_at:m agenda:t attendees_count:i chaired_by:s100 created_by:i!>users created_at:m! updated_at:m!
    """,
    "chat_rooms": """
        society_id:i!+>societies name:s100! type:s13! description:t created_at:m! last_message_at:m
    """,
    "messages": """
        room_id:i!+>chat_rooms sender_id:i!>users sender_name:s100! content:t! created_at:m!+
    """,
    "audit_logs": """
        society_id:i!+>societies user_id:i+>users action_type:s50! entity_type:s50! entity_id:i old_values:j new_values:j
        ip_address:s50 user_agent:s500 created_at:m!+
    """,
}

_TYPES = {"i": "INTEGER", "b": "BOOLEAN", "t": "TEXT", "j": "JSON", "d": "DATE", "m": "DATETIME"}
_WORD = re.compile(r"(?P<name>\w+):(?P<type>[a-z])(?P<size>\d*)(?P<must>!?)(?P<index>[+*]?)(?P<refers>>{0,2})(?P<table>\w*)")


def create(connection: apsw.Connection) -> None:
    """Create every table and its indexes in an empty database. Raises apsw.Error."""
    for table, words in _TABLES.items():
        columns = [_parsed(word) for word in words.split()]
        lines = ["id INTEGER NOT NULL", *(_column(column) for column in columns), "PRIMARY KEY (id)"]
        connection.execute(f"CREATE TABLE {table} (\n\t" + ", \n\t".join(lines + _references(columns)) + "\n)")
        for column in columns:
            if column["index"]:
                unique = "UNIQUE " if column["index"] == "*" else ""
                connection.execute(f"CREATE {unique}INDEX ix_{table}_{column['name']} ON {table} ({column['name']})")


def _parsed(word: str) -> dict[str, str]:
    found = _WORD.fullmatch(word)
    assert found is not None, word
    return found.groupdict()


def _column(column: dict[str, str]) -> str:
    sized = {"s": f"VARCHAR({column['size']})", "n": f"NUMERIC({column['size']}, 2)"}
    return f"{column['name']} {sized.get(column['type']) or _TYPES[column['type']]}" + (" NOT NULL" if column["must"] else "")


def _references(columns: list[dict[str, str]]) -> list[str]:
    return [
        f"FOREIGN KEY({column['name']}) REFERENCES {column['table']} (id)" + (" ON DELETE CASCADE" if column["refers"] == ">>" else "")
        for column in columns
        if column["refers"]
    ]
