"""Core trees and tables as Qt item models: adapters that hold rows, and change nothing."""
