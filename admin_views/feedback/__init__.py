"""What do service users and practitioners say?"""
