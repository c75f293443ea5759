"""What tests of the console do behind the browser's back."""


def no_files(server):
    """Deletes what was uploaded."""
    for file in server.call("GET", "/v1/files?limit=100").json()["files"]:
        assert server.call("DELETE", f"/v1/files/{file['file_id']}").status_code == 204
