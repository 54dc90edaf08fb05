"""How is a file of cases read, whatever it is: text of any encoding, or a workbook?"""
