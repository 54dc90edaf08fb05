"""What does every screen lean on: the gate, lists, forms, exports, actions and the words on the page?"""
