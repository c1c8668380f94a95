declare function request(url: string, callback: (error: Error | null) => void): void
export = request
