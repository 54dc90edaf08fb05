"""How does a partnership bring the spreadsheets it has into the portal?"""
