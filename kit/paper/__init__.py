"""What is printed: PDF, sheets, tables, and the documents they become."""
