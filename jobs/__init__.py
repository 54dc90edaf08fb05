"""What happens without a person waiting?"""
