"""What the made-up society keeps accounts of: heads of account, regular expenses, vendors. Leaves nothing on disk.

Codes, types and categories are of the kind GharMitra's own chart has. Amounts are in rupees.
"""

from __future__ import annotations

from typing import NamedTuple

CASH, PETTY_CASH, BANK, DUES, MAINTENANCE = "1000", "1010", "1020", "1100", "4000"


class Account(NamedTuple):
    """One head of account; ``opening`` on its natural side, in rupees."""

    code: str
    name: str
    type: str
    category: str
    opening: int = 0


class Expense(NamedTuple):
    """What is paid about once a month, on this day, to this vendor; the least and the most it costs, in rupees."""

    day: int
    account: str
    narration: str
    vendor: str
    least: int
    most: int


ACCOUNTS = (
    Account(CASH, "Cash in Hand", "ASSET", "Current Assets", 5_000),
    Account(PETTY_CASH, "Petty Cash", "ASSET", "Current Assets", 15_000),
    Account(BANK, "Bank Account - Current Account (Society Operations)", "ASSET", "Current Assets", 850_000),
    Account("1040", "Bank Account - Sinking Fund", "ASSET", "Current Assets"),
    Account("1070", "Fixed Deposits - Short Term (less than 1 year)", "ASSET", "Current Assets", 1_200_000),
    Account(DUES, "Maintenance Dues Receivable", "ASSET", "Current Assets"),
    Account("1400", "Lifts/Elevators", "ASSET", "Fixed Assets"),
    Account("1590", "Accumulated Depreciation - Lifts", "ASSET", "Fixed Assets"),
    Account("2000", "Sundry Creditors/Accounts Payable", "LIABILITY", "Current Liabilities"),
    Account("3100", "Corpus Fund", "CAPITAL", "Funds (Capital/Corpus)", 1_400_000),
    Account("3110", "Sinking Fund (Replacement Reserve)", "CAPITAL", "Funds (Capital/Corpus)", 670_000),
    Account(MAINTENANCE, "Monthly Maintenance Charges", "INCOME", "Maintenance Income (Primary Income)"),
    Account("4090", "Extra Parking Charges", "INCOME", "Maintenance Income (Primary Income)"),
    Account("4230", "Community Hall Rental Income", "INCOME", "Service Charges"),
    Account("4420", "Interest on Fixed Deposits", "INCOME", "Other Income"),
    Account("5017", "Printing and Stationery", "EXPENSE", "Administrative Expenses"),
    Account("5019", "Telephone and Internet Charges", "EXPENSE", "Administrative Expenses"),
    Account("5034", "Bank Charges and Commission", "EXPENSE", "Administrative Expenses"),
    Account("5044", "Lift AMC Charges", "EXPENSE", "Building Maintenance Expenses"),
    Account("5050", "Generator Fuel (Diesel)", "EXPENSE", "Building Maintenance Expenses"),
    Account("5054", "Electrical Repair and Maintenance", "EXPENSE", "Building Maintenance Expenses"),
    Account("5061", "Plumbing Repair and Maintenance", "EXPENSE", "Building Maintenance Expenses"),
    Account("5080", "Housekeeping Charges/AMC", "EXPENSE", "Building Maintenance Expenses"),
    Account("5087", "Gardening and Landscaping", "EXPENSE", "Building Maintenance Expenses"),
    Account("5093", "Electricity Charges - Common Areas", "EXPENSE", "Utilities"),
    Account("5100", "Water Charges - Corporation/Municipal", "EXPENSE", "Utilities"),
    Account("5101", "Water Tanker Charges", "EXPENSE", "Utilities"),
    Account("5107", "Security Service Charges/AMC", "EXPENSE", "Security and Safety"),
    Account("5142", "Depreciation - Lifts", "EXPENSE", "Depreciation"),
)

NAMES = {account.code: account.name for account in ACCOUNTS}

EXPENSES = (
    Expense(3, "5107", "Security service charges", "Suraksha Guards", 84_000, 88_000),
    Expense(5, "5080", "Housekeeping charges", "Swachh Housekeeping", 46_000, 49_000),
    Expense(7, "5093", "Common area electricity", "City Electric Supply", 24_000, 38_000),
    Expense(9, "5100", "Municipal water charges", "Municipal Water Board", 11_000, 16_000),
    Expense(11, "5101", "Water tankers", "Nirmal Water Tankers", 8_000, 42_000),
    Expense(13, "5044", "Lift maintenance", "Urdhva Lifts", 14_000, 14_500),
    Expense(15, "5087", "Gardening", "Harit Gardens", 9_500, 11_000),
    Expense(17, "5050", "Diesel for the generator", "Pragati Fuels", 3_000, 14_000),
    Expense(19, "5061", "Plumbing repair", "Jal Plumbing Works", 1_200, 9_000),
    Expense(21, "5054", "Electrical repair", "Deepak Electricals", 900, 7_500),
    Expense(24, "5019", "Telephone and internet", "Sanchar Broadband", 1_400, 1_800),
    Expense(26, "5017", "Printing and stationery", "Akshar Stationers", 300, 1_900),
)

COUNTER_INCOME = (
    ("4090", "Visitors' parking collected at the gate, {times} vehicles, slip book {book}"),
    ("4230", "Community hall hire for a family function, booking {book}, {times} hours"),
)
COUNTER_EXPENSES = (
    ("5017", "Photocopies of the notice, {times} sheets, voucher slip {book}"),
    ("5054", "Lamps and chokes for the staircase, {times} pieces, cash memo {book}"),
    ("5061", "Washers and taps for the terrace tank, {times} pieces, cash memo {book}"),
    ("5087", "Manure and pots for the garden, {times} bags, cash memo {book}"),
)
