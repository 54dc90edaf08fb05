"""Who is told about which due day?"""
